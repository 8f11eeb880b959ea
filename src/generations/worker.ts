import { findCancelling, findUnfinishedGenerations, type UnfinishedGeneration } from '../database/find-generations.ts';
import { removeExpiredKeys } from '../database/remove-expired-keys.ts';
import { removeExpiredPoints } from '../database/remove-expired-points.ts';
import { toRunJob } from './accept.ts';
import { expireQueued } from './expire-queued.ts';
import { exportData } from './export-data.ts';
import type { RunDependencies } from './generation-run.ts';
import { purgeUser, sendPurges } from './purge-user.ts';
import { toPriority } from './queue-priority.ts';
import { repeatEvery } from './repeat-every.ts';
import { runGeneration } from './run.ts';
import { startBlobSweep } from './sweep-blobs.ts';
import { sweepExports } from './sweep-exports.ts';
import { startQuotaSweep } from './sweep-quota.ts';

const cancelLookMilliseconds = 1_000;
const deadlineLookMilliseconds = 2_000;
const sweepMilliseconds = 30_000;
/** A younger one is about to be taken anyway. */
const sweepAgeMilliseconds = 10_000;
const sweepLimit = 1_000;
/** For jobs that may come from another process, which wakes its own worker alone, and that nobody waits for by the second. */
const pollMilliseconds = 3_000;
const blobRemovals = 2;
/** Those that wait after a failure do not keep others back. */
const maxHeldRemovals = 50;
/** Runs that wait for a provider cost memory alone; this many are about 300 MB at the worst. */
const maxHeld = 1_000;

export interface Worker extends AsyncDisposable {
  /**
   * Takes nothing new from now on. Resolves when what runs here has ended, or is left to another process: at once where its provider
   * goes on without us, otherwise when the time that the process has is over. Disposing does the same.
   */
  drain(): Promise<void>;
}

/** Takes jobs until it is drained. The queue is only a wake-up call: the sweep sends every unfinished generation again. */
export function startWorker(dependencies: RunDependencies, concurrency: number): Worker {
  const { queue, images, log } = dependencies;
  const resources = new AsyncDisposableStack();
  resources.use(repeatEvery(sweepMilliseconds, () => sweep(dependencies), log));
  resources.use(repeatEvery(deadlineLookMilliseconds, () => expireQueued(dependencies), log));
  resources.use(startBlobSweep(dependencies));
  resources.use(repeatEvery(sweepMilliseconds, () => sendPurges(dependencies), log));
  resources.use(repeatEvery(sweepMilliseconds, () => sweepExports(dependencies), log));
  resources.use(startQuotaSweep(dependencies));
  resources.use(repeatEvery(cancelLookMilliseconds, () => findMissedCancels(dependencies), log));
  const works = [
    queue.work({
      name: 'run-generation',
      concurrency,
      maxHeld,
      handle: ({ generationId }, context) => runGeneration(dependencies, { generationId, ...context }),
    }),
    queue.work({
      name: 'remove-blobs',
      concurrency: blobRemovals,
      maxHeld: maxHeldRemovals,
      pollMilliseconds,
      handle: ({ names }) => images.remove(names),
    }),
    queue.work({
      name: 'purge-user',
      concurrency: 1,
      pollMilliseconds,
      handle: ({ userId }, { drain }) => purgeUser(dependencies, { userId, drain }),
    }),
    queue.work({
      name: 'export-data',
      concurrency: 1,
      pollMilliseconds,
      handle: (blob, { stop }) => exportData(dependencies, { ...blob, stop }),
    }),
  ];
  resources.defer(async () => void (await Promise.all(works.map((work) => work[Symbol.asyncDispose]()))));
  let draining: Promise<void> | undefined;
  const drain = () => {
    draining ??= resources.disposeAsync();
    return draining;
  };
  return { drain, [Symbol.asyncDispose]: drain };
}

/** Sends every unfinished generation again, which does nothing where its job lives: even an emptied queue loses nothing. */
async function sweep({ database, queue, clock }: RunDependencies): Promise<void> {
  const before = new Date(clock.now() - sweepAgeMilliseconds);
  const unfinished = await findUnfinishedGenerations(database.pool, { before, limit: sweepLimit });
  await queue.enqueue(database.pool, unfinished.map(toJob));
  const now = new Date(clock.now());
  await removeExpiredKeys(database.pool, now);
  await removeExpiredPoints(database.pool, now);
}

/** One that had a worker comes before all that wait. */
function toJob({ id, createdAt, isQueued, before: waiting }: UnfinishedGeneration) {
  return toRunJob(id, isQueued ? toPriority({ createdAt, waiting }) : 0);
}

/** A cancel whose hint was lost. */
async function findMissedCancels({ database, running }: RunDependencies): Promise<void> {
  const ids = running.ids();
  if (ids.length === 0) return;
  for (const id of await findCancelling(database.pool, ids)) running.cancel(id);
}
