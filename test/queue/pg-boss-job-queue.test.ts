import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase, type Database } from '../../src/database/database.ts';
import { createLogger } from '../../src/log.ts';
import type { JobData, JobQueue } from '../../src/queue/job-queue.ts';
import { createPgBossJobQueue } from '../../src/queue/pg-boss-job-queue.ts';
import { createHold } from '../support/hold.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const log = createLogger({ level: 'silent' });
let place: TestDatabase;
let database: Database;
let queue: JobQueue;
beforeAll(async () => {
  place = await createTestDatabase();
  database = connectDatabase({ url: place.url, maxConnections: 10, log });
  queue = await createPgBossJobQueue({ database, log, supervise: true, drainMilliseconds: 0 });
});
afterAll(async () => {
  await queue[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

const name = 'run-generation';

function createJob(generationId: string = randomUUID()) {
  return { name, data: { generationId }, key: generationId } as const;
}

async function countJobs(generationId: string): Promise<number> {
  const { rows } = await database.pool.query(
    `SELECT count(*)::int AS n FROM pgboss.job WHERE singleton_key = $1 AND state <= 'active'`,
    [generationId],
  );
  return rows[0].n;
}

interface Work {
  readonly handle?: (data: JobData<typeof name>, signal: AbortSignal) => Promise<void>;
  readonly concurrency?: number;
}

/** Works, and notes what came and when. */
function work({ handle = async () => {}, concurrency = 4 }: Work = {}) {
  const came: { readonly generationId: string; readonly at: number }[] = [];
  const worker = queue.work({
    name,
    concurrency,
    async handle(data, { stop }) {
      came.push({ generationId: data.generationId, at: performance.now() });
      await handle(data, stop);
    },
  });
  const timesOf = (generationId: string) => came.filter((job) => job.generationId === generationId);
  return { came, timesOf, [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose]() };
}

test('a job of a transaction that is rolled back is never run', async () => {
  const [kept, lost] = [createJob(), createJob()];
  const rolledBack = database.transaction(async (connection) => {
    await queue.enqueue(connection, [lost]);
    throw new Error('changed my mind');
  });
  await expect(rolledBack).rejects.toThrow('changed my mind');
  expect(await countJobs(lost.key)).toBe(0);
  await database.transaction((connection) => queue.enqueue(connection, [kept]));
  await using worker = work();
  await expect.poll(() => worker.timesOf(kept.key).length).toBe(1);
  expect(worker.timesOf(lost.key)).toEqual([]);
});

test('a job that is sent with a COMMIT is there where that succeeds, and nowhere else', async () => {
  const [kept, lost] = [createJob(), createJob()];
  const failed = database.transaction(async (transaction) => {
    await queue.enqueueAtLast(transaction, [lost]);
    transaction.atLast({ text: 'SELECT 1 / 0' });
  });
  await expect(failed).rejects.toThrow('division by zero');
  expect(await countJobs(lost.key)).toBe(0);
  await database.transaction(async (transaction) => {
    await queue.enqueueAtLast(transaction, [kept, kept]);
    expect(await countJobs(kept.key)).toBe(0);
  });
  expect(await countJobs(kept.key)).toBe(1);
  await using worker = work();
  await expect.poll(() => worker.timesOf(kept.key).length).toBe(1);
});

test('of one key there is one job, while it waits and while it runs', async () => {
  const job = createJob();
  await Promise.all([1, 2, 3].map(() => queue.enqueue(database.pool, [job, job])));
  expect(await countJobs(job.key)).toBe(1);
  const hold = createHold();
  await using worker = work({ handle: () => hold.wait() });
  await hold.reached;
  await queue.enqueue(database.pool, [job]);
  expect(await countJobs(job.key)).toBe(1);
  hold.release();
  await expect.poll(() => countJobs(job.key)).toBe(0);
  expect(worker.timesOf(job.key)).toHaveLength(1);
  // Done with: the key is free again.
  await queue.enqueue(database.pool, [job]);
  queue.wake(name);
  await expect.poll(() => worker.timesOf(job.key).length).toBe(2);
});

test('a job that is rejected comes again, later', async () => {
  const job = createJob();
  let failures = 0;
  await using worker = work({
    handle: async () => {
      failures += 1;
      if (failures === 1) throw new Error('not yet');
    },
  });
  await queue.enqueue(database.pool, [job]);
  queue.wake(name);
  await expect.poll(() => worker.timesOf(job.key).length, { timeout: 10_000 }).toBe(2);
  const [first, second] = worker.timesOf(job.key);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(500);
  await expect.poll(() => countJobs(job.key)).toBe(0);
});

test('a wake-up brings a job to its worker at once', async () => {
  await using worker = work();
  const delays: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const job = createJob();
    await queue.enqueue(database.pool, [job]);
    const from = performance.now();
    queue.wake(name);
    await expect.poll(() => worker.timesOf(job.key).length, { interval: 5 }).toBe(1);
    delays.push((worker.timesOf(job.key)[0]?.at ?? 0) - from);
  }
  // The looks that come by themselves are a second apart.
  expect(delays.sort((a, b) => a - b)[2]).toBeLessThan(200);
});

test('a backlog of 500 jobs is drained by sixteen at a time, and never more', async () => {
  const jobs = Array.from({ length: 500 }, () => createJob());
  await database.transaction((connection) => queue.enqueue(connection, jobs));
  let running = 0;
  let most = 0;
  await using worker = work({
    concurrency: 16,
    async handle() {
      running += 1;
      most = Math.max(most, running);
      await database.pool.query('SELECT pg_sleep(0.001)');
      running -= 1;
    },
  });
  await expect.poll(() => worker.came.length, { timeout: 20_000 }).toBe(500);
  expect(most).toBe(16);
  expect(new Set(worker.came.map((job) => job.generationId)).size).toBe(500);
});

test('a worker that stops aborts what runs, and hands it back at once', async () => {
  const job = createJob();
  const hold = createHold();
  const stopping = work({ handle: (_, signal) => hold.wait(signal) });
  await queue.enqueue(database.pool, [job]);
  queue.wake(name);
  await hold.reached;
  await stopping[Symbol.asyncDispose]();
  expect(await countJobs(job.key)).toBe(1);
  await using worker = work();
  await expect.poll(() => worker.timesOf(job.key).length, { timeout: 5_000 }).toBe(1);
});

test('a worker that stops while it fetches runs nothing of what it fetched', async () => {
  const job = createJob();
  await queue.enqueue(database.pool, [job]);
  // Its first look is under way when it is asked to stop.
  const stopping = work();
  await stopping[Symbol.asyncDispose]();
  expect(stopping.came).toEqual([]);
  await using worker = work();
  await expect.poll(() => worker.timesOf(job.key).length, { timeout: 5_000 }).toBe(1);
});

test('a job that was given away for want of heartbeats and comes back goes on, and is done once', async () => {
  const hold = createHold();
  await using worker = work({ handle: (_, signal) => hold.wait(signal) });
  const job = createJob();
  await queue.enqueue(database.pool, [job]);
  await hold.reached;
  const read = async () => {
    const { rows } = await database.pool.query(
      'SELECT state, retry_count AS claims FROM pgboss.job WHERE singleton_key = $1',
      [job.key],
    );
    return rows[0];
  };
  const stopHeart = `UPDATE pgboss.job SET heartbeat_on = heartbeat_on - interval '1 minute'
    WHERE singleton_key = $1 AND state = 'active' AND retry_count = 0`;
  const stopHeartAndRead = () => database.pool.query(stopHeart, [job.key]).then(read);
  await expect.poll(stopHeartAndRead, { timeout: 20_000 }).toEqual({ state: 'active', claims: 1 });
  hold.release();
  await expect.poll(read, { timeout: 10_000 }).toMatchObject({ state: 'completed' });
  expect(worker.timesOf(job.key)).toHaveLength(1);
});

test('a job whose data is none of ours is not handed to the worker', async () => {
  const key = randomUUID();
  await using worker = work();
  await queue.enqueue(database.pool, [{ name, data: { generationId: 'no uuid' }, key }]);
  const job = createJob();
  await queue.enqueue(database.pool, [job]);
  queue.wake(name);
  await expect.poll(() => worker.timesOf(job.key).length).toBe(1);
  expect(worker.timesOf('no uuid')).toEqual([]);
});
