import { setTimeout as delay } from 'node:timers/promises';
import type { Db, PgBoss } from 'pg-boss';
import type { z } from 'zod';
import { isOutage } from '../database/outage.ts';
import { createOutageNews } from '../database/outage-news.ts';
import type { Logger } from '../log.ts';
import { startHeart } from './heart.ts';
import { type JobData, type JobName, jobSchemas, type WorkOptions } from './job-queue.ts';
import { createPump } from './pump.ts';
import type { WorkerSlot } from './slots.ts';

// As soon as one that was lost with its worker is given away.
const pollByDefault = 500;
const firstRetryMilliseconds = 1_000;
const maxRetryMilliseconds = 60_000;

const schemas: { readonly [Name in JobName]: z.ZodType<JobData<Name>> } = jobSchemas;

export interface PgBossWorker extends AsyncDisposable {
  wake(): void;
}

export interface PgBossWorkerDependencies {
  readonly boss: PgBoss;
  /** For what ends a job. */
  readonly db: Db;
  readonly log: Logger;
  readonly drainMilliseconds: number;
}

interface HeldJob {
  readonly id: string;
  /** Counts the claims: an older claim can neither complete nor fail the job. */
  retryCount: number;
  readonly data: object;
  readonly key: string | null;
  readonly drain: AbortController;
  readonly stop: AbortController;
}

/** What a worker knows of itself. */
interface Place {
  readonly boss: PgBoss;
  readonly db: Db;
  readonly held: Map<string, HeldJob>;
  /** Aborts when the process begins to stop. */
  readonly stopping: AbortSignal;
  readonly onError: (error: unknown) => void;
  readonly log: Logger;
}

/**
 * Our own pump on `fetch`: pg-boss' own workers sleep between two short jobs instead of draining a backlog. And our own
 * heartbeat for all held jobs in one call, since `fetch` sends none.
 */
export function startPgBossWorker<Name extends JobName>(
  { boss, db, log, drainMilliseconds }: PgBossWorkerDependencies,
  work: WorkOptions<Name>,
): PgBossWorker {
  const { name, concurrency, maxHeld = concurrency, pollMilliseconds = pollByDefault } = work;
  const stopping = new AbortController();
  const held = new Map<string, HeldJob>();
  const onError = createErrorLog(log, name);
  const place = { boss, db, log, held, onError, stopping: stopping.signal };
  const fetch = (count: number) => fetchJobs(boss, name, count);
  const run = (job: HeldJob, slot: WorkerSlot) => runJob(place, work, { job, slot });
  const pump = createPump({ concurrency, maxHeld, fetch, run, pollMilliseconds, onError });
  const heart = startHeart(() => touch(boss, name, [...held.values()]), onError);
  return {
    wake: pump.wake,
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('The process stops.'));
      for (const { drain } of held.values()) drain.abort(stopping.signal.reason);
      const timer = setTimeout(() => stopAll(held), drainMilliseconds);
      await pump[Symbol.asyncDispose]();
      clearTimeout(timer);
      heart[Symbol.dispose]();
    },
  };
}

function stopAll(held: ReadonlyMap<string, HeldJob>): void {
  for (const { stop } of held.values()) stop.abort(new Error('The process has no more time.'));
}

/** An outage of the database is told once in a while. */
function createErrorLog(log: Logger, queue: JobName): (error: unknown) => void {
  const isNews = createOutageNews();
  return (error) => {
    if (isNews(error)) log[isOutage(error) ? 'warn' : 'error']({ error, queue }, 'the job queue did not answer');
  };
}

async function fetchJobs(boss: PgBoss, name: JobName, count: number): Promise<readonly HeldJob[]> {
  const jobs = await boss.fetch<object>(name, { batchSize: count, includeMetadata: true });
  return jobs.map(({ id, retryCount, data, singletonKey: key }) => {
    return { id, retryCount, data, key, drain: new AbortController(), stop: new AbortController() };
  });
}

/** Does not reject. */
async function runJob<Name extends JobName>(
  place: Place,
  { name, handle }: WorkOptions<Name>,
  { job, slot }: { readonly job: HeldJob; readonly slot: WorkerSlot },
): Promise<void> {
  const { boss, db, held, stopping, onError, log } = place;
  const before = held.get(job.id);
  if (before !== undefined) {
    // It was taken from us for want of heartbeats, while the database was away, and came back: what runs goes on.
    before.retryCount = job.retryCount;
    return;
  }
  held.set(job.id, job);
  try {
    // It was being fetched when the others were told.
    stopping.throwIfAborted();
    const signals = { drain: job.drain.signal, stop: job.stop.signal };
    let next = async () => {};
    const afterwards = (work: () => Promise<void>) => {
      next = work;
    };
    await handle(schemas[name].parse(job.data), { slot, ...signals, afterwards });
    await boss.complete(name, job, undefined, { db });
    await next().catch(onError);
  } catch (error) {
    slot.leave();
    if (!stopping.aborted) log.error({ error, queue: name, job: job.data }, 'a job failed and comes again');
    await waitBeforeRetry(job, stopping);
    await (stopping.aborted ? handBack(boss, name, job) : boss.fail(name, job)).catch(onError);
  } finally {
    held.delete(job.id);
  }
}

/**
 * Longer each time, and here: pg-boss' own delay would also hold back a job whose worker was lost. Until the process stops.
 */
async function waitBeforeRetry({ retryCount }: HeldJob, stopping: AbortSignal): Promise<void> {
  const longest = Math.min(maxRetryMilliseconds, firstRetryMilliseconds * 2 ** retryCount);
  await delay(longest * (0.5 + Math.random() / 2), undefined, { signal: stopping }).catch(() => undefined);
}

/** As a new job: a failed one would wait before it comes again. What is lost in between is found by the sweep. */
async function handBack(boss: PgBoss, name: JobName, job: HeldJob): Promise<void> {
  await boss.complete(name, job);
  await boss.send(name, job.data, job.key === null ? {} : { singletonKey: job.key });
}

/** A job whose heartbeat came too late is given to another worker: this one's run stops at its next write. */
async function touch(boss: PgBoss, name: JobName, held: readonly HeldJob[]): Promise<void> {
  if (held.length > 0) await boss.touch(name, [...held]);
}
