import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expireQueuedRows } from '../../src/database/expire-queued.ts';
import { findQuotaCounters } from '../../src/database/find-quota-counters.ts';
import { sweepQuota } from '../../src/generations/sweep-quota.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow, remove, retry } from '../support/documents.ts';
import { submit, waitForEnd } from '../support/generations.ts';
import { changeQuota, createKey, createLimitedUser, expectCounted, generateWithin, quotaOf } from '../support/quota.ts';
import { createStage } from '../support/stage.ts';
import { startWorkerProcess } from '../support/worker.ts';

const stage = createStage();
const wide = { running: 3, queued: 1_000, perMinute: 100_000, perDay: 100_000, usdPerDay: '1000', usdPerMonth: '1000' };
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider], concurrency: 6 });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const countDeadlocks = async () => {
  const query = 'SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = current_database()';
  return (await darkroom.database.pool.query(query)).rows[0].n;
};

/** Until nothing is left to do. */
const untilQuiet = () =>
  expect
    .poll(
      async () => {
        const query = `SELECT count(*)::int AS n FROM "Generation" WHERE status IN ('QUEUED', 'RUNNING', 'CANCELLING')`;
        return (await darkroom.database.pool.query(query)).rows[0].n;
      },
      { timeout: 50_000, interval: 200 },
    )
    .toBe(0);

test('a generation is reserved by its price, and settled by its cost', async () => {
  await using api = await startDarkroom({ role: 'api' });
  const { client } = await createLimitedUser(api, { usdPerDay: '0.05', queued: 2 });
  const id = await submit(client, { prompt: 'three', count: 3 });
  expect(await quotaOf(client)).toMatchObject({
    USD_PER_DAY: { limit: '0.050000', used: '0.000000', reserved: '0.030000' },
    QUEUED: { limit: '2.000000', used: '1.000000' },
  });
  const { generateImage } = await client.query(generateWithin, { input: { prompt: 'three', count: 3 } });
  const quota = { kind: 'USD_PER_DAY', limit: '0.050000', used: '0.000000', reserved: '0.030000' };
  expect(generateImage).toMatchObject({ __typename: 'QuotaExceeded', message: expect.stringContaining('0.05'), quota });
  await using _worker = await startDarkroom({ role: 'worker', beside: api });
  await waitForEnd(client, follow, id);
  const after = { USD_PER_DAY: { used: '0.030000', reserved: '0.000000' }, QUEUED: { used: '0.000000' } };
  expect(await quotaOf(client)).toMatchObject(after);
  await client.query(remove, { id });
  expect(await quotaOf(client)).toMatchObject(after);
});

test('what was cancelled while it waited, or failed, gives back what it had reserved', async () => {
  await using api = await startDarkroom({ role: 'api' });
  const { client } = await createLimitedUser(api, { usdPerDay: '0.01', perDay: 10 });
  await client.query(cancel, { id: await submit(client, { prompt: 'a' }) });
  expect(await quotaOf(client)).toMatchObject({
    USD_PER_DAY: { used: '0.000000', reserved: '0.000000' },
    PER_DAY: { used: '1.000000' },
  });
  await submit(client, { prompt: 'b' });
  await api.database.pool.query(`UPDATE "Generation" SET "deadlineAt" = now() WHERE status = 'QUEUED'`);
  await expireQueuedRows(api.database.pool, { at: new Date(Date.now() + 1_000), limit: 10 });
  await submit(client, { prompt: 'c' });
  await expectCounted(api.database);
});

test('after any mixture of requests, cancels, failures, retries, expiries and removals the counters say what the rows say', async () => {
  const failing = stage.prompt(async function* () {
    yield* [];
    throw new ProviderError('No.', { code: 'CONTENT_REFUSED', retryable: false });
  });
  const prompts = ['fine', failing];
  const users = await Promise.all([1, 2, 3].map(() => createLimitedUser(darkroom, wide)));
  const keys = await Promise.all(
    users.map(({ client }) => {
      const name = client.headers.authorization?.replace('Test ', '') ?? '';
      return createKey(darkroom, name, { RUNNING: '2', PER_DAY: '100000' });
    }),
  );
  const deadlocks = await countDeadlocks();
  const act = async () => {
    const client = [...users, ...keys][randomInt(6)]?.client ?? darkroom.client;
    const prompt = prompts[randomInt(2)];
    const { generateImage } = await client.query(generateWithin, { input: { prompt, count: 2, deadlineSeconds: 1 } });
    const { id } = generateImage.generation;
    const steps = [
      () => client.query(cancel, { id }),
      () => client.query(remove, { id }),
      () => client.query(retry, { id }),
      () => expireQueuedRows(darkroom.database.pool, { at: new Date(Date.now() + randomInt(2_000)), limit: 3 }),
      () => Promise.resolve(),
    ];
    await steps[randomInt(steps.length)]?.();
    await steps[randomInt(steps.length)]?.();
  };
  for (let round = 0; round < 6; round += 1) await Promise.all(Array.from({ length: 12 }, act));
  await untilQuiet();
  expect(await countDeadlocks()).toBe(deadlocks);
  await expectCounted(darkroom.database);
  for (const { client } of users) {
    expect(await quotaOf(client)).toMatchObject({ RUNNING: { used: '0.000000' }, QUEUED: { used: '0.000000' } });
  }
});

test('a worker that is killed leaves nothing reserved once another has ended its work', async () => {
  await using api = await startDarkroom({ role: 'api' });
  const { client } = await createLimitedUser(api, { running: 1, usdPerDay: '1' });
  const id = await submit(client, { prompt: 'killed' });
  const killed = await startWorkerProcess(api, 'hold');
  await killed.until('held');
  expect(await quotaOf(client)).toMatchObject({ RUNNING: { used: '1.000000' }, USD_PER_DAY: { reserved: '0.010000' } });
  killed.signal('SIGKILL');
  await using _next = await startDarkroom({ role: 'worker', beside: api });
  expect(await waitForEnd(client, follow, id)).toMatchObject({ status: expect.any(String) });
  expect(await quotaOf(client)).toMatchObject({ RUNNING: { used: '0.000000' }, USD_PER_DAY: { reserved: '0.000000' } });
  await expectCounted(api.database);
  // A lost worker is missed after ten seconds and more.
}, 60_000);

test('a counter that strayed is corrected by the sweep, and the log says so', async () => {
  const { client } = await createLimitedUser(darkroom, { perDay: 10 });
  await submit(client, { prompt: 'a' });
  await untilQuiet();
  const { database } = darkroom;
  await database.pool.query('UPDATE "QuotaCounter" SET "dayCount" = "dayCount" + 5, "daySpentUsd" = 7');
  const told: object[] = [];
  const log = { error: (details: object) => void told.push(details) };
  const clock = { now: () => Date.now() };
  await sweepQuota({ database, clock, log: log as never });
  expect(told).toHaveLength((await findQuotaCounters(database.pool)).length);
  expect(await quotaOf(client)).toMatchObject({ PER_DAY: { used: '1.000000' } });
  await sweepQuota({ database, clock, log: log as never });
  expect(told).toHaveLength((await findQuotaCounters(database.pool)).length);
});

test('a user who is limited later is held to what was asked for before, this month', async () => {
  const { client } = await createLimitedUser(darkroom, {});
  expect(await quotaOf(client)).toEqual({});
  const id = await submit(client, { prompt: 'before', count: 2 });
  await waitForEnd(client, follow, id);
  const { viewer } = await client.query('{ viewer { id } }');
  const limited = await changeQuota(darkroom, viewer.id, { perDay: 2, usdPerMonth: '1' });
  expect(limited.quota).toMatchObject([
    { kind: 'PER_DAY', used: '1.000000' },
    { kind: 'USD_PER_MONTH', used: '0.020000' },
  ]);
  await expectCounted(darkroom.database);
});
