import { type FinishedAttempt, finishAttempt } from '../database/finish-attempt.ts';
import { recordLateCost } from '../database/record-late-cost.ts';
import type { Failure } from '../domain/failure.ts';
import { multiplyUsd } from '../domain/money.ts';
import type { AccountReport } from '../providers/provider.ts';
import { ProviderError } from '../providers/provider-error.ts';
import type { Assignment } from './assignment.ts';
import { toFailure } from './failure-of.ts';
import type { GenerationRun } from './generation-run.ts';
import { CancelRequested } from './running-generations.ts';

/** What a call costs and how long it took, as far as it is known. */
export interface Account {
  /** The provider has told its own id of the call. */
  accepted: boolean;
  stored: number;
  /** Pictures that came after the run had lost its generation. */
  late: number;
  told: Omit<AccountReport, 'type'>;
}

export interface ClosedCall {
  readonly assignment: Assignment;
  readonly number: number;
}

export interface CallEnd {
  readonly account: Account;
  readonly error: Error | undefined;
}

/** Writes how a call ended, what it cost and how long it took, into its attempt. */
export async function closeCall(
  run: GenerationRun,
  { assignment, number }: ClosedCall,
  { account, error }: CallEnd,
): Promise<void> {
  const { generation, leaseToken, clock, journal } = run;
  const { delayMilliseconds = null, executionMilliseconds = null } = account.told;
  const costUsd = account.told.costUsd ?? toCost(assignment, account.stored, error);
  const attempt = { generationId: generation.id, number, at: new Date(clock.now()), costUsd };
  if (account.late > 0) {
    if (account.stored > 0) await journal.amend((connection) => recordLateCost(connection, attempt));
    return;
  }
  const failure = error === undefined ? null : toFailure(error, journal.current.stage);
  // What a provider throws after it was asked to stop is a failure of its own only where it says so.
  const isCancelled = run.signal.reason instanceof CancelRequested && failure?.code === 'INTERNAL';
  const ending: FinishedAttempt = {
    ...attempt,
    leaseToken,
    outcome: failure === null ? 'SUCCEEDED' : isCancelled ? 'CANCELLED' : toOutcome(failure),
    failure: isCancelled ? null : failure,
    delayMilliseconds,
    executionMilliseconds,
  };
  await journal.amend((connection) => finishAttempt(connection, ending));
}

function toOutcome({ code }: Failure): 'UNKNOWN' | 'FAILED' {
  return code === 'OUTCOME_UNKNOWN' ? 'UNKNOWN' : 'FAILED';
}

/** By the price of a picture. A call that failed without one may have cost: that is not known. */
function toCost({ model }: Assignment, stored: number, error: unknown): string | null {
  if (stored === 0 && error !== undefined && !(error instanceof ProviderError && error.unstarted)) return null;
  return multiplyUsd(model.priceUsd, stored);
}
