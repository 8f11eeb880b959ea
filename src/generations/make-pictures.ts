import pLimit from 'p-limit';
import { recordEvent } from '../database/record-event.ts';
import { ProviderError } from '../providers/provider-error.ts';
import type { Assignment } from './assignment.ts';
import { findNextAssignment } from './fall-back.ts';
import type { GenerationRun } from './generation-run.ts';
import { JournalUnavailable } from './journal-unavailable.ts';
import { LeaseLost } from './lease-lost.ts';
import { makeCall } from './make-call.ts';
import { createOverallProgress, type OverallProgress } from './overall-progress.ts';
import { mayFallBack, withRetries } from './retry.ts';
import { CancelRequested } from './running-generations.ts';
import { type SharedSlot, shareSlot } from './shared-slot.ts';

/** Calls of one generation that go at the same time. */
const callsTogether = 4;

/** A generation's pictures in the making. */
interface Making {
  readonly slot: SharedSlot;
  /** Positions that have no picture yet. */
  readonly missing: Set<number>;
}

/**
 * Has the missing pictures made: by several calls together where a model makes few at a time, again where that is safe, and by
 * the next model where one cannot be used. Throws the failure of the last model, and the signal's reason.
 */
export async function makePictures(run: GenerationRun, first: Assignment, missing: readonly number[]): Promise<void> {
  const { generation, slot } = run;
  // A run that takes over a cancelled generation has missed its signal.
  if (generation.status === 'CANCELLING') throw new CancelRequested();
  checkCutOff(run, first);
  const making = { slot: shareSlot(slot), missing: new Set(missing) };
  for (let assignment = first; ; ) {
    try {
      return await makeWith(run, assignment, making);
    } catch (failure) {
      const next = mayFallBack(failure) ? await findNextAssignment(run, assignment, failure) : undefined;
      if (next === undefined) throw failure;
      assignment = next;
    }
  }
}

/** Asking again could be paid twice: that is for the caller to decide. */
function checkCutOff({ generation, catalogue }: GenerationRun, { model }: Assignment): void {
  if (!generation.cutOff || catalogue.providerOf(model).repeatable) return;
  const message = 'The call to the provider was cut off. Whether it made and charged pictures is not known.';
  throw new ProviderError(message, { code: 'OUTCOME_UNKNOWN', retryable: true });
}

/** A call that failed does not stop the others: what they make is paid. */
async function makeWith(run: GenerationRun, assignment: Assignment, making: Making): Promise<void> {
  const { count: total } = assignment.options;
  const progress = createOverallProgress({ total, stored: total - making.missing.size });
  const limit = pLimit(callsTogether);
  const groups = toGroups([...making.missing], assignment.model.capabilities.picturesPerCall);
  const calls = groups.map((positions) => limit(() => makeGroup(run, { assignment, making, progress, positions })));
  const ends = await Promise.allSettled(calls);
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  const [failure] = failures.toSorted((one, other) => toWeight(other) - toWeight(one));
  if (failure !== undefined) throw failure;
}

/** Which of several failures tells most of the run as a whole. */
function toWeight(failure: unknown): number {
  if (failure instanceof LeaseLost || failure instanceof JournalUnavailable) return 3;
  if (failure instanceof CancelRequested) return 2;
  return mayFallBack(failure) ? 0 : 1;
}

function toGroups(positions: readonly number[], size: number): readonly (readonly number[])[] {
  const count = Math.ceil(positions.length / size);
  return Array.from({ length: count }, (_, index) => positions.slice(index * size, (index + 1) * size));
}

interface Group {
  readonly assignment: Assignment;
  readonly making: Making;
  readonly progress: OverallProgress;
  readonly positions: readonly number[];
}

/** The pictures of one call, which is made again where that is safe. */
async function makeGroup(run: GenerationRun, { assignment, making, progress, positions }: Group): Promise<void> {
  const { journal, signal, health } = run;
  const slot = making.slot.join();
  const onRetry = async (error: ProviderError, milliseconds: number) => {
    const message = `${error.message} Tried again in ${Math.ceil(milliseconds / 1000)} s.`;
    await journal.record({ type: 'RETRYING', stage: 'WAITING_FOR_PROVIDER', message }, recordEvent);
  };
  await withRetries({ signal, onRetry }, () =>
    health.guard(assignment.model, () => {
      const onStored = (position: number) => void making.missing.delete(position);
      return makeCall(run, { assignment, number: run.nextAttempt(), positions, progress, slot, onStored });
    }),
  );
}
