import type { Clock } from '../../domain/clock.ts';
import { ProviderError } from '../provider-error.ts';
import type { Engine } from './engine.ts';
import { findEnding, findEndingOrLoss } from './find-ending.ts';
import type { JobSocket } from './job-socket.ts';
import type { Ending } from './read-reply.ts';
import { vendor } from './to-failure.ts';

export interface LookoutOptions {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly id: string;
  readonly socket: JobSocket;
  readonly signal: AbortSignal;
  /** Between two looks where nothing can be heard. */
  readonly pollMilliseconds: number;
}

/** Asks for a job from time to time, in case that nothing is heard of it. */
export interface Lookout {
  /** Until the next look; negative when it is overdue. */
  remainingMilliseconds(): number;
  /** The next look is overdue, and a thorough one. */
  hurry(): void;
  /** Undefined while the job has not ended. Throws `ProviderError` when nobody has answered for a while. */
  look(): Promise<Ending | undefined>;
}

/** Even an open socket can be deaf: ComfyUI forgets it where another one with the same id was closed. */
const rarely = 10;
/** One after the other: about as long as a restart takes. */
const maxMisses = 60;

export function createLookout({ engine, clock, id, socket, signal, pollMilliseconds }: LookoutOptions): Lookout {
  let lookedAt = clock.now();
  let looks = 0;
  let misses = 0;
  return {
    remainingMilliseconds() {
      const isHearing = socket.isOpen() && misses === 0;
      return lookedAt + pollMilliseconds * (isHearing ? rarely : 1) - clock.now();
    },
    hurry() {
      lookedAt = Number.NEGATIVE_INFINITY;
      looks = 0;
    },
    async look() {
      lookedAt = clock.now();
      const find = looks % rarely === 0 ? findEndingOrLoss : findEnding;
      try {
        const ending = await find(engine, { id, signal });
        looks += 1;
        misses = 0;
        return ending;
      } catch (error) {
        signal.throwIfAborted();
        misses += 1;
        if (misses >= maxMisses) throw createSilent(error);
        return undefined;
      }
    },
  };
}

function createSilent(cause: unknown): ProviderError {
  const message = `${vendor} took the job, but cannot be asked about it any more.`;
  return new ProviderError(message, { code: 'PROVIDER_UNAVAILABLE', retryable: true, cause });
}
