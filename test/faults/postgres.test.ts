import { once } from 'node:events';
import pg from 'pg';
import { expect, test } from 'vitest';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { createTestDatabase } from '../support/test-database.ts';
import { conclude } from './support/conclude.ts';
import { createPrompt, models, small, startFleet } from './support/fleet.ts';
import { startLoad } from './support/load.ts';
import { startOwnPostgres } from './support/own-postgres.ts';
import { type Probing, startProbe } from './support/probe.ts';

/** What a client waits for at the most, and a little for the machine. */
const maxAnswerMilliseconds = 5_000 + 1_000;

function expectPrompt(probings: readonly Probing[]): void {
  expect(Math.max(...probings.map(({ milliseconds }) => milliseconds))).toBeLessThan(maxAnswerMilliseconds);
  const answers = new Set(probings.map(({ answer }) => answer));
  expect([...answers].filter((answer) => answer !== 'ok' && answer !== 'UNAVAILABLE')).toEqual([]);
}

test('F9 PostgreSQL restarted ten times under load, in turn in order and by a crash: nothing is lost', async () => {
  await using postgres = await startOwnPostgres();
  await using fleet = await startFleet({
    environment: { DATABASE_URL: postgres.url },
    workMilliseconds: () => 500,
  });
  const api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' });
  await fleet.start({ role: 'worker' });
  const load = startLoad(fleet, { models: Object.values(models), together: 8, client: () => api.as('alice') });
  const probe = startProbe(api.as('bob'));
  let worstSeconds = 0;
  for (let restart = 0; restart < 10; restart += 1) {
    const before = load.accepted;
    // The next one only when work goes on.
    await expect.poll(() => load.accepted, { timeout: 30_000 }).toBeGreaterThan(before + 8);
    await postgres.stop(restart % 2 === 0 ? 'fast' : 'immediate');
    await postgres.start();
    const from = performance.now();
    const recovered = load.accepted;
    await expect.poll(() => load.accepted, { timeout: 30_000 }).toBeGreaterThan(recovered);
    worstSeconds = Math.max(worstSeconds, (performance.now() - from) / 1000);
  }
  await load.stop();
  expectPrompt(await probe.stop());
  const what = 'PostgreSQL restarted under load';
  const { generations } = await conclude(fleet, { fault: 'F9', what, tries: 10, recoverySeconds: worstSeconds });
  expect(generations.filter(({ status }) => status === 'SUCCEEDED').length).toBeGreaterThan(80);
}, 300_000);

test('F10 PostgreSQL that no longer answers: clients are told within five seconds, and work goes on afterwards', async () => {
  await using database = await createTestDatabase();
  await using proxy = await startFaultProxy(database.url);
  await using fleet = await startFleet({ environment: { DATABASE_URL: database.url } });
  const through = { DATABASE_URL: proxy.url };
  const api = await fleet.start({ role: 'api' }, through);
  await fleet.start({ role: 'worker' }, through);
  const prompt = createPrompt('black hole');
  const gate = fleet.runpod.hold(prompt);
  const id = await fleet.submit(api.as('alice'), { prompt, model: models.asynchronous });
  const subscriber = fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('alice') });
  await gate.reached;
  proxy.inflict({ kind: 'black-hole' });
  const probe = startProbe(api.as('alice'));
  const isReady = async () => (await fetch(`${api.url}/health/ready`)).status;
  await expect.poll(isReady, { timeout: 10_000 }).toBe(503);
  const answer = await api.as('alice').ask('{ generations(first: 1) { edges { node { id } } } }');
  expect(answer.errors?.[0]?.extensions?.code).toBe('UNAVAILABLE');
  // The vendor is done meanwhile: what it made must not be lost.
  gate.open();
  await expect.poll(() => fleet.ledger.count('delivered', prompt), { timeout: 20_000 }).toBeGreaterThan(0);
  proxy.heal();
  const from = performance.now();
  expect(await subscriber.finished).toMatchObject({ status: 'SUCCEEDED' });
  const recoverySeconds = (performance.now() - from) / 1000;
  await expect.poll(isReady, { timeout: 10_000 }).toBe(200);
  expectPrompt(await probe.stop());
  await conclude(fleet, { fault: 'F10', what: 'PostgreSQL black-holed', recoverySeconds });
});

test('F12 a pool whose connections all wait: clients are told within five seconds, and no half is left', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' });
  const locker = await fleet.database.pool.connect();
  await locker.query('BEGIN; LOCK TABLE "Generation" IN ACCESS EXCLUSIVE MODE');
  const from = performance.now();
  const asked = Array.from({ length: 60 }, (_, index) => {
    const prompt = createPrompt(`crowd ${index}`);
    return fleet.submit(api.as('alice'), { prompt, model: models.repeatable }).then(
      () => 'accepted',
      (error: Error) => (error.message.includes('UNAVAILABLE') ? 'UNAVAILABLE' : error.message),
    );
  });
  const answers = new Set(await Promise.all(asked));
  const milliseconds = performance.now() - from;
  await locker.query('ROLLBACK');
  locker.release();
  expect(milliseconds).toBeLessThan(maxAnswerMilliseconds);
  expect(answers).toEqual(new Set(['UNAVAILABLE']));
  const id = await fleet.submit(api.as('alice'), { prompt: createPrompt('after the crowd'), model: models.repeatable });
  await fleet.subscribers.follow({ id, over: 'sse', client: () => api.as('alice') }).finished;
  const { generations } = await conclude(fleet, { fault: 'F12', what: 'pool exhausted by locks' });
  expect(generations.map(({ status }) => status)).toEqual(['SUCCEEDED']);
});

test('F23 a full disk under PostgreSQL: clients are told so, and work goes on when there is room', async () => {
  await using fleet = await startFleet();
  const api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' });
  const prompt = createPrompt('full disk');
  const gate = fleet.runpod.hold(prompt);
  const id = await fleet.submit(api.as('alice'), { prompt, model: models.asynchronous });
  await gate.reached;
  const { pool } = fleet.database;
  // What PostgreSQL answers where it cannot extend a file.
  await pool.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`);
  await pool.query('CREATE TRIGGER full_disk BEFORE INSERT ON "GenerationEvent" EXECUTE FUNCTION refuse()');
  const input = { ...small, prompt: createPrompt('no room'), model: models.repeatable };
  const refused = await fleet.submit(api.as('alice'), input).catch((error: Error) => error.message);
  expect(refused).toContain('UNAVAILABLE');
  gate.open();
  await expect.poll(() => fleet.ledger.count('delivered', prompt), { timeout: 20_000 }).toBeGreaterThan(0);
  await pool.query('DROP TRIGGER full_disk ON "GenerationEvent"');
  const from = performance.now();
  const subscriber = fleet.subscribers.follow({ id, over: 'websocket', client: () => api.as('alice') });
  expect(await subscriber.finished).toMatchObject({ status: 'SUCCEEDED' });
  const recoverySeconds = (performance.now() - from) / 1000;
  const what = 'disk full under PostgreSQL (its error, by a trigger)';
  await conclude(fleet, { fault: 'F23', what, recoverySeconds });
});

test('F29 connections for hints that are ended again and again: every stream gets everything', async () => {
  await using fleet = await startFleet({ workMilliseconds: () => 300 });
  const api = await fleet.start({ role: 'api' });
  await fleet.start({ role: 'worker' });
  const killer = new pg.Client(fleet.database.pool.options);
  await killer.connect();
  const ids: string[] = [];
  const subscribers = [];
  for (let index = 0; index < 12; index += 1) {
    const model = Object.values(models)[index % 3] ?? '';
    ids.push(await fleet.submit(api.as('alice'), { prompt: createPrompt(`hint ${index}`), model }));
    subscribers.push(
      fleet.subscribers.follow({ id: ids[index] ?? '', over: 'websocket', client: () => api.as('alice') }),
    );
    await killer.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE 'LISTEN %'`);
  }
  const from = performance.now();
  await Promise.all(subscribers.map(({ finished }) => finished));
  const recoverySeconds = (performance.now() - from) / 1000;
  const ended = once(killer, 'end');
  await killer.end();
  await ended;
  await conclude(fleet, { fault: 'F29', what: 'connections for hints ended', tries: 12, recoverySeconds });
  // None of them had to be opened again for it.
  expect(subscribers.map(({ breaks }) => breaks)).toEqual(subscribers.map(() => 0));
});
