import { findRequestId } from '../database/find-request-id.ts';
import { isLeftRunning, LeaveRunning } from '../providers/leave-running.ts';
import { pause } from '../providers/pause.ts';
import type { WorkerSlot } from '../queue/slots.ts';
import type { Assignment } from './assignment.ts';
import { closeLeftCall } from './close-left-calls.ts';
import type { GenerationRun } from './generation-run.ts';
import { createUnknownOutcome, type TakenCall } from './plan-calls.ts';

const lookMilliseconds = 2_000;

export interface AwaitedCall {
  readonly call: TakenCall;
  readonly assignment: Assignment;
  readonly slot: WorkerSlot;
}

/**
 * The provider's id of a call whose acceptance nobody has seen: its webhook brings it when the provider is done. Holds no slot
 * meanwhile. Throws `OUTCOME_UNKNOWN` when none has come in the time that the call had, and the signal's reason.
 */
export async function awaitRequestId(run: GenerationRun, { call, assignment, slot }: AwaitedCall): Promise<string> {
  if (call.providerRequestId !== null) return call.providerRequestId;
  await slot.enter(run.signal);
  slot.leave();
  try {
    return await lookUntilDue(run, { call, assignment, slot });
  } catch (error) {
    if (!isLeftRunning(run.signal) && !(error instanceof LeaveRunning)) await giveUp(run, { call, assignment, slot });
    throw error;
  }
}

async function lookUntilDue(run: GenerationRun, { call, assignment }: AwaitedCall): Promise<string> {
  const { generation, database, clock, catalogue, signal, drain } = run;
  const { timeoutMilliseconds } = catalogue.providerOf(assignment.model);
  const dueAt = call.startedAt.getTime() + timeoutMilliseconds;
  for (;;) {
    const id = await findRequestId(database.pool, { generationId: generation.id, number: call.number });
    if (id !== null) return id;
    if (clock.now() >= dueAt) throw createUnknownOutcome();
    if (drain.aborted) throw new LeaveRunning();
    await pause(lookMilliseconds, AbortSignal.any([signal, drain])).catch(() => signal.throwIfAborted());
  }
}

async function giveUp(run: GenerationRun, { call, assignment }: AwaitedCall): Promise<void> {
  const counts = { stored: call.positions.length - call.wanted.length, asked: call.positions.length };
  await closeLeftCall(run, { number: call.number, model: assignment.model.slug }, counts);
}
