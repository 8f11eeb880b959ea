import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { isOutage } from '../database/outage.ts';

/** Longer than a database needs to come back by itself. */
const patienceMilliseconds = 5 * 60_000;

export interface Tries<Result> {
  readonly first: () => Promise<Result>;
  /** After a try of which it is not known whether it was written. */
  readonly again: () => Promise<Result>;
}

/**
 * Waits for the database while it is away. Throws the last failure when that takes too long, and when it fails after the signal
 * has aborted; any failure that is no outage at once.
 */
export function outlast<Result>({ first, again }: Tries<Result>, signal: AbortSignal): Promise<Result> {
  const startedAt = performance.now();
  const isWorthWaiting = (error: unknown) => isOutage(error) && performance.now() - startedAt < patienceMilliseconds;
  const policy = retry(handleWhen(isWorthWaiting), {
    maxAttempts: Number.POSITIVE_INFINITY,
    backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 2_000 }),
  });
  return policy.execute(({ attempt }) => (attempt === 0 ? first() : again()), signal);
}
