import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../http/server-process.ts';
import { blankPicture, createScriptedProvider, toModel } from '../../support/blank-provider.ts';
import { startDarkroom } from '../../support/darkroom.ts';
import { generate } from '../../support/documents.ts';

export interface FuzzedServer extends AsyncDisposable {
  readonly process: ServerProcess;
  /** What it holds when all garbage is gone, in bytes. */
  heldBytes(): Promise<number>;
  /** Of things that there are: the server's one user's, and another's. */
  readonly ids: readonly string[];
}

const rowsOfEach = 3;
/** Collects and tells, when it is asked to. */
const scale = `
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  process.on('SIGUSR2', () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    process.stdout.write('holds ' + (heapUsed + external) + ' bytes\\n');
  });`;
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
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(scale)}`,
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
  return {
    process: server,
    heldBytes: () => weigh(server),
    ids: [...new Set(ids)],
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function weigh(server: ServerProcess): Promise<number> {
  const told = () => [...server.stdout.matchAll(/^holds (\d+) bytes$/gm)].map(([, bytes]) => Number(bytes));
  const before = told().length;
  server.child.kill('SIGUSR2');
  await expect.poll(() => told().length, { timeout: 10_000 }).toBe(before + 1);
  return told().at(-1) ?? Number.NaN;
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
