import type { PictureOrder, ProviderEvent } from './provider.ts';
import { ProviderError } from './provider-error.ts';

export interface TimeLimit {
  /** Its name for people. */
  readonly vendor: string;
  readonly timeoutMilliseconds: number;
}

/**
 * Runs one call under a time limit: `work` gets a signal that also aborts when the time is over. Throws `TIMED_OUT` then, and
 * the order's own reason where that was aborted.
 */
export async function* withinTime(
  { vendor, timeoutMilliseconds }: TimeLimit,
  order: PictureOrder,
  work: (order: PictureOrder) => AsyncIterable<ProviderEvent>,
): AsyncGenerator<ProviderEvent, void, undefined> {
  order.signal.throwIfAborted();
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMilliseconds);
  try {
    yield* work({ ...order, signal: AbortSignal.any([order.signal, timeout.signal]) });
  } catch (error) {
    order.signal.throwIfAborted();
    if (!timeout.signal.aborted) throw error;
    const message = `${vendor} took longer than ${timeoutMilliseconds / 1000} seconds.`;
    throw new ProviderError(message, { code: 'TIMED_OUT', retryable: true, cause: error });
  } finally {
    clearTimeout(timer);
  }
}
