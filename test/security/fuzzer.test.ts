import fc from 'fast-check';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import type { Answer } from '../support/client.ts';
import { type FuzzedServer, startFuzzedServer } from './support/fuzzed-server.ts';
import { createOperationArbitrary, describeOperation, type HostileOperation } from './support/operation-arbitrary.ts';

declare module 'vitest' {
  interface ProvidedContext {
    operations: number;
    seed: number;
  }
}

/** As many at a time: what one of them breaks, the others notice. */
const lanes = 4;
const maxMilliseconds = 2_000;
const maxGrowthBytes = 16 * 1024 ** 2;
/** The insides of a server: stacks, paths, SQL, the names of libraries. */
const inside =
  /\bat \S+:\d+|\/src\/|node_modules|prisma|postgres|SELECT |INSERT |UPDATE "|pgboss|Unexpected error|Error:/i;

let server: FuzzedServer;

beforeAll(async () => {
  server = await startFuzzedServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('random valid operations with hostile values meet no error that nobody expected, no status 500 and no silence', async ({
  task,
}) => {
  const operations = inject('operations');
  const seed = inject('seed');
  const arbitrary = createOperationArbitrary({ schema, ids: server.ids });
  const tryMany = (count: number, from: number) =>
    Promise.all(
      Array.from({ length: lanes }, (_, lane) =>
        fc.assert(fc.asyncProperty(arbitrary, tryOne), { numRuns: Math.ceil(count / lanes), seed: from + lane }),
      ),
    );
  // Caches and pools fill first.
  await tryMany(operations / 2, seed);
  const before = await server.heldBytes();
  await tryMany(operations / 2, seed + lanes);
  expect((await server.heldBytes()) - before).toBeLessThan(maxGrowthBytes);
  expect(server.process.stderr).toBe('');
  task.meta.attempts = operations;
}, 600_000);

async function tryOne(operation: HostileOperation): Promise<void> {
  const from = performance.now();
  const { status, answer } = await send(operation);
  const milliseconds = performance.now() - from;
  const told = describeOperation(operation);
  if (status >= 500) throw new Error(`It was answered with ${status}.\n${told}`);
  if (milliseconds > maxMilliseconds) throw new Error(`It took ${milliseconds} ms.\n${told}`);
  for (const { message, extensions } of answer?.errors ?? []) {
    if (extensions?.code === 'GRAPHQL_VALIDATION_FAILED') throw new Error(`It is not valid: ${message}\n${told}`);
    if (inside.test(message) || extensions?.code === 'INTERNAL_SERVER_ERROR') {
      throw new Error(`It was answered with ${message} ${JSON.stringify(extensions)}.\n${told}`);
    }
  }
}

async function send({ kind, query, variables }: HostileOperation) {
  const isStream = kind === 'subscription';
  const leaving = new AbortController();
  const response = await fetch(`${server.process.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: isStream ? 'text/event-stream' : 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal: leaving.signal,
  });
  const { status } = response;
  const text = isStream ? await readFirstEvent(response) : await response.text();
  leaving.abort();
  return { status, answer: text === undefined ? undefined : (JSON.parse(text) as Answer) };
}

/** A stream is left when it has told something. */
async function readFirstEvent(response: Response): Promise<string | undefined> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response.text();
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (/event: complete/.test(text)) break;
    if (/^data: .*\n/m.test(text)) break;
  }
  return /^data: (.+)$/m.exec(text)?.[1];
}
