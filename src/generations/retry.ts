import { ExponentialBackoff } from 'cockatiel';
import { LeaveRunning } from '../providers/leave-running.ts';
import { pause } from '../providers/pause.ts';
import { ProviderError } from '../providers/provider-error.ts';

/** A rate limit is waited out for this long at the most; then another model is tried, or the generation fails. */
const patienceMilliseconds = 10 * 60_000;
const maxTries = 8;

export interface Retrying {
  readonly signal: AbortSignal;
  /** Aborts when nothing new is begun any more: then `LeaveRunning` is thrown in place of another try. */
  readonly drain: AbortSignal;
  /** Told before each wait. */
  readonly onRetry: (error: ProviderError, milliseconds: number) => Promise<void>;
}

/**
 * Makes a call again after failures that may pass, but only when it certainly did not start: it may bill. Waits as long as the
 * provider says, and otherwise longer each time. Throws the last failure, and the signal's reason after an abort.
 *
 * The waiting is our own: cockatiel's does not end early, and a cancel must not wait for a rate limit.
 */
export async function withRetries<Result>(
  { signal, drain, onRetry }: Retrying,
  call: () => Promise<Result>,
): Promise<Result> {
  let backoff = new ExponentialBackoff({ initialDelay: 500, maxDelay: 30_000 }).next();
  let waited = 0;
  for (let tries = 1; ; tries += 1) {
    if (drain.aborted) throw new LeaveRunning();
    try {
      return await call();
    } catch (error) {
      if (!mayRepeat(error) || tries === maxTries) throw error;
      const milliseconds = (error.retryAfterSeconds ?? 0) * 1000 || backoff.duration;
      waited += milliseconds;
      if (waited > patienceMilliseconds) throw error;
      backoff = backoff.next(undefined);
      await onRetry(error, milliseconds);
      await pauseUntilDrain(milliseconds, { signal, drain });
    }
  }
}

async function pauseUntilDrain(milliseconds: number, { signal, drain }: Pick<Retrying, 'signal' | 'drain'>) {
  try {
    await pause(milliseconds, AbortSignal.any([signal, drain]));
  } catch (reason) {
    signal.throwIfAborted();
    if (!drain.aborted) throw reason;
  }
}

function mayRepeat(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.retryable && error.unstarted;
}

/** Whether another model may be asked instead, which must not make it two payments. */
export function mayFallBack(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.unstarted && fallbackCodes.has(error.code);
}

const fallbackCodes = new Set([
  'PROVIDER_UNAVAILABLE',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_QUOTA_EXHAUSTED',
  'PROVIDER_MISCONFIGURED',
  'MODEL_RETIRED',
]);
