import pLimit from 'p-limit';
import { recordEvent } from '../database/record-event.ts';
import { LeaveRunning } from '../providers/leave-running.ts';
import type { ProviderError } from '../providers/provider-error.ts';
import type { Assignment } from './assignment.ts';
import { awaitRequestId } from './await-request-id.ts';
import { findNextAssignment } from './fall-back.ts';
import type { GenerationRun } from './generation-run.ts';
import { JournalUnavailable } from './journal-unavailable.ts';
import { LeaseLost } from './lease-lost.ts';
import { makeCall } from './make-call.ts';
import { createOverallProgress, type OverallProgress } from './overall-progress.ts';
import { type CallPlan, createUnknownOutcome, type TakenCall } from './plan-calls.ts';
import { mayFallBack, withRetries } from './retry.ts';
import { CancelRequested } from './running-generations.ts';
import { type SharedSlot, shareSlot } from './shared-slot.ts';

/** Calls of one generation that go at the same time. */
const callsTogether = 4;

/** A generation's pictures in the making. */
interface Making {
  readonly slot: SharedSlot;
  /** Positions that nobody makes yet. */
  readonly missing: Set<number>;
}

/**
 * Has the missing pictures made: by the calls that go on and by new ones, several together where a model makes few at a time, again
 * where that is safe, and by the next model where one cannot be used. Throws the failure of the last model, and the signal's reason.
 */
export async function makePictures(run: GenerationRun, first: Assignment, plan: CallPlan): Promise<void> {
  // A run that takes over a cancelled generation has missed its signal: it begins nothing.
  const positions = run.generation.status === 'CANCELLING' ? [] : plan.positions;
  const making = { slot: shareSlot(run.slot), missing: new Set(positions) };
  let { taken } = plan;
  for (let assignment = first; ; taken = []) {
    try {
      await makeWith(run, { assignment, taken, making });
      break;
    } catch (failure) {
      const next = mayFallBack(failure) ? await findNextAssignment(run, assignment, failure) : undefined;
      if (next === undefined) throw failure;
      assignment = next;
    }
  }
  if (run.generation.status === 'CANCELLING' && plan.positions.length > 0) throw new CancelRequested();
  if (plan.unknown.length > 0) throw createUnknownOutcome();
}

interface Round {
  readonly assignment: Assignment;
  readonly taken: readonly TakenCall[];
  readonly making: Making;
}

/** A call that failed does not stop the others: what they make is paid. */
async function makeWith(run: GenerationRun, { assignment, taken, making }: Round): Promise<void> {
  const { count: total } = assignment.options;
  const progress = createOverallProgress({ total, stored: run.journal.current.imagesStored });
  const limit = pLimit(callsTogether);
  const groups = toGroups([...making.missing], assignment.model.capabilities.picturesPerCall);
  const parts = { assignment, making, progress };
  const ends = await Promise.allSettled([
    ...taken.map((call) => goOn(run, { ...parts, call })),
    ...groups.map((positions) => limit(() => makeGroup(run, { ...parts, positions }))),
  ]);
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  const [failure] = failures.toSorted((one, other) => toWeight(other) - toWeight(one));
  if (failure !== undefined) throw failure;
}

/** Which of several failures tells most of the run as a whole. */
function toWeight(failure: unknown): number {
  if (failure instanceof LeaseLost || failure instanceof JournalUnavailable) return 4;
  if (failure instanceof LeaveRunning) return 3;
  if (failure instanceof CancelRequested) return 2;
  return mayFallBack(failure) ? 0 : 1;
}

function toGroups(positions: readonly number[], size: number): readonly (readonly number[])[] {
  const count = Math.ceil(positions.length / size);
  return Array.from({ length: count }, (_, index) => positions.slice(index * size, (index + 1) * size));
}

interface Parts {
  readonly assignment: Assignment;
  readonly making: Making;
  readonly progress: OverallProgress;
}

/** Follows a call that was made before. It is not made again, whatever comes of it. */
async function goOn(run: GenerationRun, { call, making, ...parts }: Parts & { readonly call: TakenCall }) {
  const { number, positions } = call;
  const wanted = new Set(call.wanted);
  const slot = making.slot.join();
  const providerRequestId = await awaitRequestId(run, { call, assignment: parts.assignment, slot });
  const onStored = () => {};
  await makeCall(run, { ...parts, number, positions, wanted, slot, onStored, providerRequestId });
}

/** The pictures of one call, which is made again where that is safe. */
async function makeGroup(
  run: GenerationRun,
  { making, positions, ...parts }: Parts & { readonly positions: readonly number[] },
): Promise<void> {
  const { journal, signal, drain, health } = run;
  const slot = making.slot.join();
  const onRetry = async (error: ProviderError, milliseconds: number) => {
    const message = `${error.message} Tried again in ${Math.ceil(milliseconds / 1000)} s.`;
    await journal.record({ type: 'RETRYING', stage: 'WAITING_FOR_PROVIDER', message }, recordEvent);
  };
  const onStored = (position: number) => void making.missing.delete(position);
  await withRetries({ signal, drain, onRetry }, () =>
    health.guard(parts.assignment.model, () => {
      const wanted = new Set(positions);
      return makeCall(run, { ...parts, number: run.nextAttempt(), positions, wanted, slot, onStored });
    }),
  );
}
