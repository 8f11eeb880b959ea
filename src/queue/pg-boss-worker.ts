import type { PgBoss } from 'pg-boss';
import type { z } from 'zod';
import { isOutage } from '../database/outage.ts';
import { createOutageNews } from '../database/outage-news.ts';
import type { Logger } from '../log.ts';
import { type JobData, type JobName, jobSchemas, type WorkOptions } from './job-queue.ts';
import { createPump } from './pump.ts';
import type { WorkerSlot } from './slots.ts';

const touchMilliseconds = 3_000;
/** Jobs that are held should be heard of before they are given away. */
const touchAgainMilliseconds = 250;
const pollMilliseconds = 1_000;

const schemas: { readonly [Name in JobName]: z.ZodType<JobData<Name>> } = jobSchemas;

export interface PgBossWorker extends AsyncDisposable {
  wake(): void;
}

interface HeldJob {
  readonly id: string;
  /** Counts the claims: an older claim can neither complete nor fail the job. */
  retryCount: number;
  readonly data: object;
  readonly abort: AbortController;
}

/**
 * Our own pump on `fetch`: pg-boss' own workers sleep between two short jobs instead of draining a backlog. And our own
 * heartbeat for all held jobs in one call, since `fetch` sends none.
 */
export function startPgBossWorker<Name extends JobName>(
  { boss, log }: { readonly boss: PgBoss; readonly log: Logger },
  { name, concurrency, maxHeld = concurrency, handle }: WorkOptions<Name>,
): PgBossWorker {
  const held = new Map<string, HeldJob>();
  let stopped = false;
  const isNews = createOutageNews();
  const onError = (error: unknown) => {
    if (isNews(error)) log[isOutage(error) ? 'warn' : 'error']({ error, queue: name }, 'the job queue did not answer');
  };

  const fetch = async (count: number) => {
    const jobs = await boss.fetch<object>(name, { batchSize: count });
    return jobs.map(({ id, retryCount, data }) => ({ id, retryCount, data, abort: new AbortController() }));
  };

  const run = async (job: HeldJob, slot: WorkerSlot) => {
    const before = held.get(job.id);
    if (before !== undefined) {
      // It was taken from us for want of heartbeats, while the database was away, and came back: what runs goes on.
      before.retryCount = job.retryCount;
      return;
    }
    held.set(job.id, job);
    // It was being fetched when the others were aborted.
    if (stopped) abort(job);
    try {
      job.abort.signal.throwIfAborted();
      await handle(schemas[name].parse(job.data), job.abort.signal, slot);
      await boss.complete(name, job);
    } catch (error) {
      if (!job.abort.signal.aborted) log.error({ error, queue: name, job: job.data }, 'a job failed and comes again');
      await boss.fail(name, job).catch(onError);
    } finally {
      held.delete(job.id);
    }
  };

  const pump = createPump({ concurrency, maxHeld, fetch, run, pollMilliseconds, onError });
  const heart = startHeart(() => touch(boss, name, [...held.values()]), onError);
  return {
    wake: pump.wake,
    async [Symbol.asyncDispose]() {
      stopped = true;
      held.forEach(abort);
      await pump[Symbol.asyncDispose]();
      heart[Symbol.dispose]();
    },
  };
}

/** Beats until disposed, one after the other: now and then, and sooner after one that failed. */
function startHeart(beat: () => Promise<void>, onError: (error: unknown) => void): Disposable {
  let isStopped = false;
  let timer: NodeJS.Timeout;
  const beatIn = (milliseconds: number) => {
    if (!isStopped) timer = setTimeout(beatOnce, milliseconds);
  };
  const beatOnce = async () => {
    try {
      await beat();
      beatIn(touchMilliseconds);
    } catch (error) {
      onError(error);
      beatIn(touchAgainMilliseconds);
    }
  };
  beatIn(touchMilliseconds);
  return {
    [Symbol.dispose]() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

function abort(job: HeldJob): void {
  job.abort.abort(new Error('The process stops.'));
}

/** A job whose heartbeat came too late is given to another worker: this one's run stops at its next write. */
async function touch(boss: PgBoss, name: JobName, held: readonly HeldJob[]): Promise<void> {
  if (held.length > 0) await boss.touch(name, [...held]);
}
