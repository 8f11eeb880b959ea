import { pause } from './pause.ts';
import { ProviderError } from './provider-error.ts';
import type { WakeUps } from './wake-ups.ts';

/** How long to wait before one looks again: the first time, and at most. */
export interface PollMilliseconds {
  readonly first: number;
  readonly most: number;
}

export const usualPollMilliseconds: PollMilliseconds = { first: 500, most: 5_000 };

const growth = 1.5;
/** A vendor that asks for more is asked again all the same: what we wait for may long be done. */
const mostToldMilliseconds = 60_000;

export interface Question<Answer> {
  /** Asks once. Throws `ProviderError` where no usable answer came. */
  readonly ask: () => Promise<Answer>;
  readonly pollMilliseconds: PollMilliseconds;
  readonly signal: AbortSignal;
}

export interface LastingQuestion<Answer> extends Question<Answer> {
  /** What makes it ask sooner, if anything does. */
  readonly wakeUps: WakeUps | null;
}

/**
 * Asks again and again, a little later each time, for as long as somebody reads the answers. Throws `ProviderError` for what
 * will not pass, and the signal's reason after an abort.
 */
export async function* poll<Answer>(question: LastingQuestion<Answer>): AsyncGenerator<Answer, never, undefined> {
  const { pollMilliseconds, signal, wakeUps } = question;
  for (let wait = pollMilliseconds.first; ; wait = grow(wait, pollMilliseconds)) {
    await (wakeUps?.wait ?? pause)(wait, signal);
    yield await askPatiently(question);
  }
}

/**
 * One answer. Asking costs nothing: where the network or the vendor failed, it is asked again until the signal aborts,
 * whose reason is then thrown. Throws `ProviderError` for what will not pass.
 */
export async function askPatiently<Answer>(question: Question<Answer>): Promise<Answer> {
  const { ask, pollMilliseconds, signal } = question;
  for (let wait = pollMilliseconds.first; ; wait = grow(wait, pollMilliseconds)) {
    try {
      return await ask();
    } catch (error) {
      await pause(toPatience(error, wait), signal);
    }
  }
}

function grow(wait: number, { most }: PollMilliseconds): number {
  return Math.min(most, wait * growth);
}

const passing: readonly string[] = ['PROVIDER_UNAVAILABLE', 'PROVIDER_RATE_LIMITED', 'PROVIDER_BAD_RESPONSE'];

/** How long to wait after a failure. Throws what will not pass. */
function toPatience(error: unknown, wait: number): number {
  const passes = error instanceof ProviderError && error.retryable && passing.includes(error.code);
  if (!passes) throw error;
  return Math.max(wait, Math.min(mostToldMilliseconds, (error.retryAfterSeconds ?? 0) * 1000));
}
