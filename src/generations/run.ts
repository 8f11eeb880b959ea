import { claimGeneration } from '../database/claim-generation.ts';
import { crashPoint } from '../domain/crash-point.ts';
import type { WorkerSlot } from '../queue/slots.ts';
import { findMissingPictures } from './find-missing-pictures.ts';
import type { GenerationRun, RunDependencies } from './generation-run.ts';
import { createJournal } from './journal.ts';
import { JournalUnavailable } from './journal-unavailable.ts';
import { LeaseLost } from './lease-lost.ts';
import { makePictures } from './make-pictures.ts';
import { prepareAssignment } from './prepare-assignment.ts';
import { settleFailed, settleFinished } from './settle.ts';

export interface RunOrder {
  readonly generationId: string;
  /** Aborts when the process stops: the run then ends without an ending, and the next worker takes over. */
  readonly stop: AbortSignal;
  /** The place of this run among those that keep the process busy. */
  readonly slot: WorkerSlot;
}

/**
 * Takes a generation from wherever it stands to its end. Does nothing for one that has ended. Throws when the process
 * stops or the database is away: then nothing has ended, and the job comes again.
 */
export async function runGeneration(
  dependencies: RunDependencies,
  { generationId, stop, slot }: RunOrder,
): Promise<void> {
  const { database, clock, createId, running, ticks } = dependencies;
  const claim = { generationId, leaseToken: createId(), at: new Date(clock.now()) };
  const generation = await database.transaction((connection) => claimGeneration(connection, claim));
  if (generation === undefined) return;
  crashPoint('after-claim');
  using handle = running.start(generationId, stop);
  const journal = createJournal(dependencies, { claim, generation });
  try {
    const { leaseToken } = claim;
    const { signal } = handle;
    let attempts = generation.attempts;
    const nextAttempt = () => {
      attempts += 1;
      return attempts;
    };
    const run = { ...dependencies, generation, leaseToken, journal, signal, slot, nextAttempt, warnings: [] };
    await followThrough(run, stop);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
  } finally {
    ticks.forget(generationId);
  }
}

async function followThrough(run: GenerationRun, stop: AbortSignal): Promise<void> {
  try {
    const missing = await findMissingPictures(run);
    if (missing.length > 0) await makePictures(run, await prepareAssignment(run), missing);
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof JournalUnavailable || stop.aborted) throw error;
    return settleFailed(run, error);
  }
  await settleFinished(run);
}
