import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type WebSocket from 'ws';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { packHints } from '../../src/hints/hint.ts';
import { createTestClient } from '../support/client.ts';
import { cancel, follow } from '../support/documents.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { createRandom } from '../support/random.ts';
import { openRawSocket } from '../support/raw-socket.ts';
import { createSnapshot } from '../support/snapshots.ts';
import { conclude } from './support/conclude.ts';
import { submitOnceDocument } from './support/documents.ts';
import { createPrompt, models, small, startFleet } from './support/fleet.ts';
import { askUntilAnswered } from './support/load.ts';

const run = promisify(execFile);

test('F20 the same key a hundred times at once, before two servers: one generation; with other words: a conflict', async () => {
  await using fleet = await startFleet();
  const [one, two] = [await fleet.start({ role: 'api' }), await fleet.start({ role: 'api' })];
  await fleet.start({ role: 'worker' });
  const input = { ...small, prompt: createPrompt('a hundred times'), model: models.asynchronous };
  const ask = async (index: number) => {
    const client = (index % 2 === 0 ? one : two).as('alice');
    const answer = await askUntilAnswered(() => client.ask(submitOnceDocument, { input, key: 'the same' }));
    const { generateImage } = answer.data;
    expect(generateImage.__typename).toBe('GenerateImageSuccess');
    fleet.accepted.add(generateImage.generation.id);
    return generateImage.replayed;
  };
  const replayed = await Promise.all(Array.from({ length: 100 }, (_, index) => ask(index)));
  expect(replayed.filter((one) => !one).length).toBeLessThanOrEqual(1);
  expect(fleet.accepted.size).toBe(1);
  const other = { input: { ...input, prompt: 'other words' }, key: 'the same' };
  const { generateImage } = await one.as('alice').query(submitOnceDocument, other);
  expect(generateImage.__typename).toBe('IdempotencyConflict');
  const ofBob = await one.as('bob').query(submitOnceDocument, { input, key: 'the same' });
  expect(ofBob.generateImage).toMatchObject({ __typename: 'GenerateImageSuccess', replayed: false });
  const ids = [...fleet.accepted, ofBob.generateImage.generation.id];
  await Promise.all(
    ids.map((id, index) => {
      const client = () => one.as(index === 0 ? 'alice' : 'bob');
      return fleet.subscribers.follow({ id, over: 'websocket', client }).finished;
    }),
  );
  const { generations } = await conclude(fleet, {
    fault: 'F20',
    what: 'the same request at the same instant',
    tries: 100,
  });
  expect(generations.map(({ user }) => user)).toEqual(['alice', 'bob']);
});

test('F24 a server without a free file descriptor: it sheds connections, lives, and answers again', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  const files = await countOpenFiles(api.pid);
  await run('prlimit', ['--pid', String(api.pid), `--nofile=${files + 20}`]);
  const { port } = new URL(api.url);
  const sockets = Array.from({ length: 100 }, () => connect(Number(port), '127.0.0.1'));
  for (const socket of sockets) socket.on('error', () => undefined);
  await Promise.all(sockets.map((socket) => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
  await expect.poll(() => countOpenFiles(api.pid), { timeout: 10_000 }).toBeGreaterThan(files + 10);
  sockets.forEach(destroy);
  const id = await fleet.submit(api.as('alice'), { prompt: createPrompt('room again'), model: models.repeatable });
  await fleet.start({ role: 'worker' });
  await fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('alice') }).finished;
  expect(api.isAlive).toBe(true);
  await conclude(fleet, { fault: 'F24', what: 'no file descriptors left' });
});

function destroy(socket: Socket): void {
  socket.destroy();
}

async function countOpenFiles(pid: number): Promise<number> {
  const { stdout } = await run('ls', [`/proc/${pid}/fd`]);
  return stdout.trim().split('\n').length;
}

test('F26 streams that are cut or go silent: clients resume without a gap, and the server frees what nobody reads', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' });
  await using proxy = await startFaultProxy(api.url);
  const client = createTestClient({
    url: new URL('/graphql', proxy.url).href,
    headers: { authorization: 'Test alice' },
  });
  const prompt = createPrompt('cut');
  const gate = fleet.runpod.hold(prompt);
  const id = await fleet.submit(api.as('alice'), { prompt, model: models.asynchronous });
  const over = ['websocket', 'sse', 'websocket', 'sse'] as const;
  const subscribers = over.map((way) => fleet.subscribers.follow({ id, over: way, client: () => client }));
  await gate.reached;
  for (let cuts = 1; cuts <= 3; cuts += 1) {
    await expect.poll(() => proxy.connections, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
    proxy.cut();
    await expect.poll(() => subscribers.every(({ breaks }) => breaks >= cuts), { timeout: 10_000 }).toBe(true);
  }
  await expect.poll(() => proxy.connections, { timeout: 10_000 }).toBeGreaterThanOrEqual(4);
  const sockets = await countOpenFiles(api.pid);
  proxy.inflict({ kind: 'black-hole' });
  // The two WebSockets do not answer the server's pings any more.
  await expect.poll(() => countOpenFiles(api.pid), { timeout: 40_000 }).toBeLessThanOrEqual(sockets - 2);
  proxy.heal();
  proxy.cut();
  gate.open();
  await Promise.all(subscribers.map(({ finished }) => finished));
  await conclude(fleet, { fault: 'F26', what: 'streams cut and silent', tries: 4 });
});

test('F27 readers that never read: others get everything, and the server stays small', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' }, { SKETCH_STEP_MILLISECONDS: '20' });
  const input = { prompt: createPrompt('many steps'), model: models.repeatable, steps: 50 };
  const id = await fleet.submit(api.as('alice'), input);
  const memoryBefore = await readMemoryBytes(api.pid);
  const { url, headers } = api.as('alice');
  const deaf: WebSocket[] = [];
  for (let index = 0; index < 50; index += 1) {
    const raw = await openRawSocket({ url, headers });
    raw.subscribe('deaf', follow, { id, afterSequence: 0 });
    raw.socket.pause();
    deaf.push(raw.socket);
  }
  const subscriber = fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('alice') });
  expect(await subscriber.finished).toMatchObject({ status: 'SUCCEEDED' });
  expect((await readMemoryBytes(api.pid)) - memoryBefore).toBeLessThan(100_000_000);
  for (const socket of deaf) socket.terminate();
  expect(subscriber.breaks).toBe(0);
  await conclude(fleet, { fault: 'F27', what: 'readers that never read', tries: 50 });
});

async function readMemoryBytes(pid: number): Promise<number> {
  const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) * 1024;
}

test('F28 five thousand hints at once: the stream stays in order and ends with its end', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' });
  const prompt = createPrompt('flood');
  const gate = fleet.runpod.hold(prompt);
  const id = await fleet.submit(api.as('alice'), { prompt, model: models.asynchronous });
  const subscriber = fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('alice') });
  await gate.reached;
  const generationId = decodeKey(id, 'Generation');
  const { rows } = await fleet.database.pool.query('SELECT "lastSequence" FROM "Generation"');
  const ticks = Array.from({ length: 5_000 }, (_, tick) => {
    const snapshot = createSnapshot({ generationId, sequence: rows[0].lastSequence, tick: tick + 1 });
    return { kind: 'progress', snapshot } as const;
  });
  const payloads = packHints(crypto.randomUUID(), ticks, 7_900);
  await fleet.database.pool.query(`SELECT pg_notify('darkroom', p) FROM unnest($1::text[]) p`, [payloads]);
  gate.open();
  expect(await subscriber.finished).toMatchObject({ status: 'SUCCEEDED' });
  expect(subscriber.breaks).toBe(0);
  await conclude(fleet, { fault: 'F28', what: 'hints in one burst', tries: 5_000 });
});

test('F32 hints and jobs of another version: they are passed over, and what is known goes on', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' });
  const { pool } = fleet.database;
  const strange = [
    JSON.stringify({ from: 'the future', hints: [{ kind: 'unheard-of', at: 7 }] }),
    JSON.stringify({ version: 9 }),
    'no JSON',
  ];
  await pool.query(`SELECT pg_notify('darkroom', p) FROM unnest($1::text[]) p`, [strange]);
  await pool
    .query(`SELECT pgboss.create_queue('of-another-version', '{"policy": "standard"}'::jsonb)`)
    .catch(() => null);
  await pool.query(`INSERT INTO pgboss.job (name, data) VALUES ('run-generation', '{"generation": 7}')`);
  const id = await fleet.submit(api.as('alice'), { prompt: createPrompt('known'), model: models.asynchronous });
  const subscriber = fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('alice') });
  expect(await subscriber.finished).toMatchObject({ status: 'SUCCEEDED' });
  await conclude(fleet, { fault: 'F32', what: 'hints and jobs of another version', tries: 4 });
});

const maxCancelMilliseconds = 1_000;

test('F35 a cancel reaches a worker in another process within a second', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' });
  const times: number[] = [];
  for (const model of [models.asynchronous, models.synchronous, models.asynchronous, models.synchronous]) {
    const prompt = createPrompt('to be cancelled');
    const vendor = model === models.asynchronous ? fleet.runpod : fleet.nebius;
    const gate = vendor.hold(prompt);
    const id = await fleet.submit(api.as('alice'), { prompt, model });
    const subscriber = fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('alice') });
    await gate.reached;
    const from = performance.now();
    await api.as('alice').query(cancel, { id });
    expect(await subscriber.finished).toMatchObject({ status: 'CANCELLED' });
    times.push(performance.now() - from);
    if (model === models.asynchronous) expect(fleet.ledger.count('cancelled', prompt)).toBe(1);
  }
  const recoverySeconds = Math.max(...times) / 1000;
  await conclude(fleet, { fault: 'F35', what: 'cancel of a running call', tries: times.length, recoverySeconds });
  expect(Math.max(...times)).toBeLessThan(maxCancelMilliseconds);
});

test('F35 cancels at random moments, each sent three times: every generation ends once', async () => {
  const random = createRandom(35);
  await using fleet = await startFleet({ workMilliseconds: () => random(800) });
  const api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' });
  await fleet.start({ role: 'worker' });
  const race = async (index: number) => {
    const model = Object.values(models)[index % 3] ?? '';
    const id = await fleet.submit(api.as('alice'), { prompt: createPrompt('raced'), model });
    const subscriber = fleet.subscribers.follow({ id, over: 'sse', client: () => api.as('alice') });
    const events = random(7);
    // After so many events, or at the end: sooner and later in a generation's life, not in time.
    await expect
      .poll(() => subscriber.seen.length >= events || isOver(subscriber.seen), { interval: 5, timeout: 30_000 })
      .toBe(true);
    await Promise.all(Array.from({ length: 3 }, () => api.as('alice').query(cancel, { id })));
    await subscriber.finished;
  };
  const tries = 45;
  await Promise.all(Array.from({ length: tries }, (_, index) => race(index)));
  const { generations } = await conclude(fleet, { fault: 'F35', what: 'cancels at random moments', tries });
  const statuses = new Set(generations.map(({ status }) => status));
  expect([...statuses].filter((status) => status !== 'CANCELLED' && status !== 'SUCCEEDED')).toEqual([]);
});

function isOver(seen: readonly { readonly status: string }[]): boolean {
  return ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(seen.at(-1)?.status ?? '');
}
