import { pause } from './pause.ts';

/** News of a call that comes by another way than its poll. */
export interface WakeUps {
  /** Resolves after this long or when it is woken, at once where that was since the last time. Throws the signal's reason. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export interface Waker {
  /** Ends the wait that is under way, or the next one. */
  wake(): void;
}

export function createWakeUps(): WakeUps & Waker {
  let isDue = false;
  let turn = new AbortController();
  return {
    wake() {
      isDue = true;
      turn.abort();
    },
    async wait(milliseconds, signal) {
      signal.throwIfAborted();
      turn = new AbortController();
      if (!isDue)
        await pause(milliseconds, AbortSignal.any([signal, turn.signal])).catch(() => signal.throwIfAborted());
      isDue = false;
    },
  };
}
