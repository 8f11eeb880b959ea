import { findCancelling, findUnfinishedGenerations } from '../database/find-generations.ts';
import type { RunDependencies } from './generation-run.ts';
import { repeatEvery } from './repeat-every.ts';
import { runGeneration } from './run.ts';
import { toRunJob } from './submit.ts';
import { startBlobSweep } from './sweep-blobs.ts';

const cancelLookMilliseconds = 2_000;
const sweepMilliseconds = 30_000;
/** A younger one is about to be taken anyway. */
const sweepAgeMilliseconds = 10_000;
const sweepLimit = 1_000;
const blobRemovals = 2;
/** Runs that wait for a provider cost memory alone; this many are about 300 MB at the worst. */
const maxHeld = 1_000;

/** Takes jobs until disposed. The queue is only a wake-up call: the sweep sends every unfinished generation again. */
export function startWorker(dependencies: RunDependencies, concurrency: number): AsyncDisposable {
  const { queue, images, log } = dependencies;
  const resources = new AsyncDisposableStack();
  resources.use(repeatEvery(sweepMilliseconds, () => sweep(dependencies), log));
  resources.use(startBlobSweep(dependencies));
  resources.use(repeatEvery(cancelLookMilliseconds, () => findMissedCancels(dependencies), log));
  resources.use(
    queue.work({
      name: 'run-generation',
      concurrency,
      maxHeld,
      handle: ({ generationId }, stop, slot) => runGeneration(dependencies, { generationId, stop, slot }),
    }),
  );
  resources.use(
    queue.work({ name: 'remove-blobs', concurrency: blobRemovals, handle: ({ names }) => images.remove(names) }),
  );
  return resources;
}

/** Sends every unfinished generation again, which does nothing where its job lives: even an emptied queue loses nothing. */
async function sweep({ database, queue, clock }: RunDependencies): Promise<void> {
  const before = new Date(clock.now() - sweepAgeMilliseconds);
  const ids = await findUnfinishedGenerations(database.pool, { before, limit: sweepLimit });
  await queue.enqueue(database.pool, ids.map(toRunJob));
}

/** A cancel whose hint was lost. */
async function findMissedCancels({ database, running }: RunDependencies): Promise<void> {
  const ids = running.ids();
  if (ids.length === 0) return;
  for (const id of await findCancelling(database.pool, ids)) running.cancel(id);
}
