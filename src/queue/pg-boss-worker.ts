import type { PgBoss } from 'pg-boss';
import type { z } from 'zod';
import type { Logger } from '../log.ts';
import { type JobData, type JobName, jobSchemas, type WorkOptions } from './job-queue.ts';
import { createPump } from './pump.ts';
import type { WorkerSlot } from './slots.ts';

const touchMilliseconds = 3_000;
const pollMilliseconds = 1_000;

const schemas: { readonly [Name in JobName]: z.ZodType<JobData<Name>> } = jobSchemas;

export interface PgBossWorker extends AsyncDisposable {
  wake(): void;
}

export interface PgBossWorkerDependencies {
  readonly boss: PgBoss;
  readonly log: Logger;
  readonly drainMilliseconds: number;
}

interface HeldJob {
  readonly id: string;
  /** Counts the claims: an older claim can neither complete nor fail the job. */
  readonly retryCount: number;
  readonly data: object;
  readonly key: string | null;
  readonly drain: AbortController;
  readonly stop: AbortController;
}

/**
 * Our own pump on `fetch`: pg-boss' own workers sleep between two short jobs instead of draining a backlog. And our own
 * heartbeat for all held jobs in one call, since `fetch` sends none.
 */
export function startPgBossWorker<Name extends JobName>(
  { boss, log, drainMilliseconds }: PgBossWorkerDependencies,
  { name, concurrency, maxHeld = concurrency, handle }: WorkOptions<Name>,
): PgBossWorker {
  const held = new Set<HeldJob>();
  let stopping = false;
  const onError = (error: unknown) => log.error({ error, queue: name }, 'the job queue did not answer');

  const fetch = async (count: number) => {
    const jobs = await boss.fetch<object>(name, { batchSize: count, includeMetadata: true });
    return jobs.map(({ id, retryCount, data, singletonKey: key }) => {
      return { id, retryCount, data, key, drain: new AbortController(), stop: new AbortController() };
    });
  };

  const run = async (job: HeldJob, slot: WorkerSlot) => {
    held.add(job);
    try {
      // It was being fetched when the others were told.
      if (stopping) throw new Error(stopWords);
      const context = { slot, drain: job.drain.signal, stop: job.stop.signal };
      await handle(schemas[name].parse(job.data), context);
      await boss.complete(name, job);
    } catch (error) {
      if (stopping) return await handBack(boss, name, job).catch(onError);
      log.error({ error, queue: name, job: job.data }, 'a job failed and comes again');
      await boss.fail(name, job).catch(onError);
    } finally {
      held.delete(job);
    }
  };

  const pump = createPump({ concurrency, maxHeld, fetch, run, pollMilliseconds, onError });
  const heartbeat = setInterval(() => void touch(boss, name, held).catch(onError), touchMilliseconds);
  return {
    wake: pump.wake,
    async [Symbol.asyncDispose]() {
      stopping = true;
      for (const { drain } of held) drain.abort(new Error(stopWords));
      const timer = setTimeout(() => stopAll(held), drainMilliseconds);
      await pump[Symbol.asyncDispose]();
      clearTimeout(timer);
      clearInterval(heartbeat);
    },
  };
}

const stopWords = 'The process stops.';

function stopAll(held: ReadonlySet<HeldJob>): void {
  for (const { stop } of held) stop.abort(new Error(stopWords));
}

/** As a new job: a failed one would wait before it comes again. What is lost in between is found by the sweep. */
async function handBack(boss: PgBoss, name: JobName, job: HeldJob): Promise<void> {
  await boss.complete(name, job);
  await boss.send(name, job.data, job.key === null ? {} : { singletonKey: job.key });
}

/** A job whose heartbeat came too late is given to another worker: this one's run stops at its next write. */
async function touch(boss: PgBoss, name: JobName, held: ReadonlySet<HeldJob>): Promise<void> {
  if (held.size > 0) await boss.touch(name, [...held]);
}
