import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase, type Database } from '../../src/database/database.ts';
import type { Hint } from '../../src/hints/hint.ts';
import { createPostgresHints } from '../../src/hints/postgres-hints.ts';
import { createLogger } from '../../src/log.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { createSnapshot } from '../support/snapshots.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const log = createLogger({ level: 'silent' });
let place: TestDatabase;
let database: Database;
beforeAll(async () => {
  place = await createTestDatabase();
  database = connectDatabase({ url: place.url, maxConnections: 4, log });
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

/** One process: what it hears, and how often it found its connection again. */
async function open(url = place.url) {
  const warnings: string[] = [];
  const log = createLogger({ level: 'warn', destination: { write: (line) => void warnings.push(line) } });
  const heard: Hint[] = [];
  let reconnects = 0;
  const options = { url, connection: database.pool, log };
  const hints = await createPostgresHints(options, {
    onHint: (hint) => heard.push(hint),
    onReconnect: () => {
      reconnects += 1;
    },
  });
  return {
    ...hints,
    heard,
    warnings,
    reconnects: () => reconnects,
    [Symbol.asyncDispose]: () => hints[Symbol.asyncDispose](),
  };
}

async function terminateListeners(): Promise<number> {
  const { rowCount } = await database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'`,
  );
  return rowCount ?? 0;
}

test('what one process says all others hear, and it itself does not', async () => {
  await using speaker = await open();
  await using one = await open();
  await using other = await open();
  const said: Hint[] = Array.from({ length: 300 }, (_, index) => ({
    kind: 'progress',
    snapshot: createSnapshot({ sequence: index + 1, message: 'the words of an event' }),
  }));
  for (const hint of said) speaker.publish(hint);
  await expect.poll(() => one.heard.length).toBe(300);
  await expect.poll(() => other.heard.length).toBe(300);
  expect(one.heard).toEqual(said);
  expect(speaker.heard).toEqual([]);
});

test('what is said just before the end is still said', async () => {
  await using listener = await open();
  {
    await using speaker = await open();
    speaker.publish({ kind: 'work' });
    speaker.publish({ kind: 'cancel', generationId: 'the last words' });
  }
  await expect
    .poll(() => listener.heard)
    .toEqual([{ kind: 'work' }, { kind: 'cancel', generationId: 'the last words' }]);
});

test('a broken connection is made again, which is told, and hints arrive again', async () => {
  await using speaker = await open();
  await using listener = await open();
  expect(await terminateListeners()).toBe(2);
  await expect.poll(() => [speaker.reconnects(), listener.reconnects()], { timeout: 5_000 }).toEqual([1, 1]);
  speaker.publish({ kind: 'work' });
  await expect.poll(() => listener.heard).toEqual([{ kind: 'work' }]);
});

test('a connection that falls silent is noticed, and made again when the network is back', {
  timeout: 60_000,
}, async () => {
  await using proxy = await startFaultProxy(place.url);
  await using speaker = await open();
  await using listener = await open(proxy.url);
  proxy.inflict({ kind: 'black-hole' });
  speaker.publish({ kind: 'cancel', generationId: 'said into the hole' });
  await expect.poll(() => listener.warnings, { timeout: 20_000 }).toHaveLength(1);
  expect(listener.heard).toEqual([]);
  proxy.heal();
  await expect.poll(() => listener.reconnects(), { timeout: 20_000 }).toBe(1);
  speaker.publish({ kind: 'work' });
  await expect.poll(() => listener.heard).toEqual([{ kind: 'work' }]);
});

test('stopping while the connection is silent does not wait for it', async () => {
  await using proxy = await startFaultProxy(place.url);
  const listener = await open(proxy.url);
  proxy.inflict({ kind: 'black-hole' });
  const startedAt = performance.now();
  await listener[Symbol.asyncDispose]();
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

test('a notification that nobody understands is passed over', async () => {
  await using speaker = await open();
  await using listener = await open();
  await database.pool.query(`SELECT pg_notify('darkroom', p) FROM unnest($1::text[]) p`, [
    ['garbage', '', '{"from":"a newer version","hints":[{"kind":"unheard of"}]}'],
  ]);
  speaker.publish({ kind: 'work' });
  await expect.poll(() => listener.heard).toEqual([{ kind: 'work' }]);
});

test('a message that is too long for a notification takes none of the others with it', async () => {
  await using speaker = await open();
  await using listener = await open();
  speaker.publish({ kind: 'cancel', generationId: 'goes alone' });
  speaker.publish({ kind: 'progress', snapshot: createSnapshot({ message: 'long'.repeat(5_000) }) });
  speaker.publish({ kind: 'work' });
  await expect.poll(() => listener.heard).toEqual([{ kind: 'cancel', generationId: 'goes alone' }, { kind: 'work' }]);
});

/** Passes the first connection on to the database, and holds every later one without an answer. */
async function startReluctantServer() {
  const { hostname, port } = new URL(place.url);
  const held: Socket[] = [];
  let first: Socket | undefined;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (first !== undefined) return void held.push(socket.resume());
    first = socket;
    socket.pipe(connect(Number(port), hostname)).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(place.url);
  url.port = String((server.address() as AddressInfo).port);
  return { url: url.href, held, breakFirst: () => first?.destroy(), [Symbol.dispose]: () => void server.close() };
}

test('stopping while the connection is being made again leaves no connection behind', async () => {
  using server = await startReluctantServer();
  const listener = await open(server.url);
  server.breakFirst();
  await expect.poll(() => server.held.length).toBe(1);
  await listener[Symbol.asyncDispose]();
  await expect.poll(() => server.held[0]?.closed).toBe(true);
  expect(listener.reconnects()).toBe(0);
});
