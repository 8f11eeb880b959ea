import {
  type Claim,
  type ClaimedGeneration,
  claimGeneration,
  RunningLimitReached,
} from '../database/claim-generation.ts';
import { isOutage } from '../database/outage.ts';
import { releaseGeneration } from '../database/release-generation.ts';
import { crashPoint } from '../domain/crash-point.ts';
import { isLeftRunning, LeaveRunning } from '../providers/leave-running.ts';
import { ProviderError } from '../providers/provider-error.ts';
import type { JobContext } from '../queue/job-queue.ts';
import { closeLeftCalls } from './close-left-calls.ts';
import { findMissingPictures } from './find-missing-pictures.ts';
import type { GenerationRun, RunDependencies } from './generation-run.ts';
import { createJournal } from './journal.ts';
import { JournalUnavailable } from './journal-unavailable.ts';
import { LeaseLost } from './lease-lost.ts';
import { makePictures } from './make-pictures.ts';
import { planCalls } from './plan-calls.ts';
import { prepareAssignment } from './prepare-assignment.ts';
import { settleFailed, settleFinished } from './settle.ts';
import { startNext } from './start-next.ts';

export interface RunOrder extends JobContext {
  readonly generationId: string;
}

/**
 * Takes a generation from wherever it stands to its end. Does nothing for one that has ended, or that has to wait for
 * another one of its user's to end. Throws when the process
 * stops or the database is away: then nothing has ended, and the job comes again.
 */
export async function runGeneration(dependencies: RunDependencies, order: RunOrder): Promise<void> {
  const { database, clock, createId, running, ticks, log } = dependencies;
  const { generationId, drain, stop, slot } = order;
  const claim = { generationId, leaseToken: createId(), at: new Date(clock.now()) };
  const generation = await tryClaim(dependencies, order, claim);
  if (generation === undefined) return;
  crashPoint('after-claim');
  using handle = running.start({ generationId, millisecondsLeft: toMillisecondsLeft(generation, clock.now()), stop });
  const journal = createJournal(dependencies, { claim, generation, stop });
  const { leaseToken } = claim;
  const { signal, cancel } = handle;
  const nextAttempt = countFrom(generation.attempts);
  const place = { leaseToken, signal, drain, stop, cancel, slot };
  const run = { ...dependencies, ...place, generation, journal, nextAttempt, warnings: [] };
  try {
    await followThrough(run);
  } catch (error) {
    if (error instanceof LeaseLost) return;
    await releaseGeneration(database.pool, claim).catch((cause: Error) =>
      log.warn({ error: cause.message, generationId }, 'a generation was let go without a word'),
    );
    throw error;
  } finally {
    ticks.forget(generationId);
  }
}

/** Undefined where it ended, and where as many run as may: then it comes again when one of them ends. */
async function tryClaim(
  dependencies: RunDependencies,
  { afterwards }: RunOrder,
  claim: Claim,
): Promise<ClaimedGeneration | undefined> {
  const { database, quotaDefaults } = dependencies;
  try {
    const claimed = await database.transaction((connection) => claimGeneration(connection, claim, quotaDefaults));
    if (claimed?.limited) afterwards(() => startNext(dependencies, claimed.userId));
    return claimed;
  } catch (error) {
    if (!(error instanceof RunningLimitReached)) throw error;
    // One may have ended since, when this job still lived and could not be sent again.
    afterwards(() => startNext(dependencies, error.userId));
    return undefined;
  }
}

async function followThrough(run: GenerationRun): Promise<void> {
  try {
    checkQuarantine(run.generation);
    run.signal.throwIfAborted();
    const missing = await findMissingPictures(run);
    const plan = await planCalls(run, missing);
    if (missing.length > 0 || plan.taken.length > 0) await makePictures(run, await prepareAssignment(run, plan), plan);
  } catch (error) {
    if (error instanceof LeaseLost || isLetGo(run, error)) throw error;
    await closeLeftCalls(run);
    return settleFailed(run, error);
  }
  await settleFinished(run);
}

/** Nothing of the generation has ended: the job comes again, here or elsewhere. */
function isLetGo({ signal }: GenerationRun, error: unknown): boolean {
  const isAway = error instanceof JournalUnavailable || isOutage(error);
  return isAway || error instanceof LeaveRunning || isLeftRunning(signal);
}

const maxLostWorkers = 2;

/** What kills every worker that takes it is taken by no other, so that the rest flow. */
function checkQuarantine({ lostWorkers }: ClaimedGeneration): void {
  if (lostWorkers < maxLostWorkers) return;
  const message = `${lostWorkers} workers in a row were lost while they worked on it.`;
  throw new ProviderError(message, { code: 'QUARANTINED', retryable: false });
}

function toMillisecondsLeft({ deadlineAt }: ClaimedGeneration, now: number): number | null {
  return deadlineAt === null ? null : deadlineAt.getTime() - now;
}

function countFrom(last: number): () => number {
  let number = last;
  return () => {
    number += 1;
    return number;
  };
}
