import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServerProcess } from '../../http/server-process.ts';
import { blankPicture, createScriptedProvider, toModel } from '../../support/blank-provider.ts';
import { startDarkroom } from '../../support/darkroom.ts';
import { generate } from '../../support/documents.ts';

export interface FuzzedServer extends AsyncDisposable {
  readonly process: ServerProcess;
  /** Of things that there are: the server's one user's, and another's. */
  readonly ids: readonly string[];
}

const rowsOfEach = 3;
const everything = `{ generations(first: 5) { edges { cursor node { id images { id } } } } models { id } }`;

/** The program that people start, for its one local user, with a history; a worker of this process paints for it. */
export async function startFuzzedServer(): Promise<FuzzedServer> {
  await using stack = new AsyncDisposableStack();
  const worker = stack.use(await startDarkroom({ role: 'all', providers: [createQuickPainter()] }));
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-fuzzed-'));
  stack.defer(() => rm(directory, { recursive: true }));
  const { config } = worker;
  const server = stack.use(
    startServerProcess({
      directory,
      arguments: ['--role', 'api'],
      environment: {
        DATABASE_URL: config.DATABASE_URL ?? '',
        AZURE_STORAGE_CONNECTION_STRING: config.AZURE_STORAGE_CONNECTION_STRING ?? '',
        AZURE_STORAGE_CONTAINER: config.AZURE_STORAGE_CONTAINER,
      },
    }),
  );
  await server.ready;
  const ids: string[] = [];
  for (const client of [server.client, worker.as('bob')]) {
    for (let row = 0; row < rowsOfEach; row += 1) {
      await client.query(generate, { input: { prompt: `row ${row}` }, waitSeconds: 60 });
    }
    ids.push(...findIds(await client.query(everything)));
  }
  const resources = stack.move();
  return { process: server, ids: [...new Set(ids)], [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Under the name of the painter that the server offers. */
function createQuickPainter() {
  const model = toModel('sketch/landscape');
  return createScriptedProvider(async function* ({ pictures }) {
    for (const { position, seed } of pictures) {
      yield { type: 'picture', position, seed, bytes: await blankPicture(64, 64) };
    }
  }, model);
}

function findIds(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'id' || name === 'cursor' ? [String(inner)] : findIds(inner),
  );
}
