import type { PictureOrder, ProviderEvent } from './provider.ts';
import { ProviderError } from './provider-error.ts';

export interface TimeLimit {
  /** Its name for people. */
  readonly vendor: string;
  /** The provider's own limit. */
  readonly timeoutMilliseconds: number;
}

/**
 * Runs one call under the shorter of the provider's limit and the order's: `work` gets that one, and a signal that also aborts
 * when the time is over. Throws `TIMED_OUT` then, which says whose limit it was, and the order's own reason where that was aborted.
 */
export async function* withinTime(
  limit: TimeLimit,
  order: PictureOrder,
  work: (order: PictureOrder) => AsyncIterable<ProviderEvent>,
): AsyncGenerator<ProviderEvent, void, undefined> {
  order.signal.throwIfAborted();
  const timeout = new AbortController();
  const timeoutMilliseconds = Math.min(limit.timeoutMilliseconds, order.timeoutMilliseconds);
  const timer = setTimeout(() => timeout.abort(), timeoutMilliseconds);
  try {
    yield* work({ ...order, timeoutMilliseconds, signal: AbortSignal.any([order.signal, timeout.signal]) });
  } catch (error) {
    order.signal.throwIfAborted();
    if (!timeout.signal.aborted) throw error;
    throw new ProviderError(toMessage(limit, order), { code: 'TIMED_OUT', retryable: true, cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function toMessage(
  { vendor, timeoutMilliseconds: most }: TimeLimit,
  { timeoutMilliseconds: left }: PictureOrder,
): string {
  if (left < most) return `${vendor} was not done in the ${left / 1000} seconds that were left to it.`;
  return `${vendor} took longer than ${most / 1000} seconds, which is the most that it is given.`;
}
