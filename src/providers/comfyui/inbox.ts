import type { JobMessage } from './read-message.ts';

/** What came and was not taken yet. */
export interface Inbox {
  put(message: JobMessage): void;
  /** Oldest first; of several frames the newest. */
  take(): readonly JobMessage[];
  /** Ends the waiting. */
  wake(): void;
  /** Resolves when there is something to take, when it is woken, or after so long. Throws the signal's reason. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export function createInbox(): Inbox {
  let messages: JobMessage[] = [];
  let wake = () => {};
  return {
    put(message) {
      if (message.type === 'frame') messages = messages.filter(({ type }) => type !== 'frame');
      messages.push(message);
      wake();
    },
    take() {
      const taken = messages;
      messages = [];
      return taken;
    },
    wake: () => wake(),
    async wait(milliseconds, signal) {
      signal.throwIfAborted();
      if (messages.length > 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const timer = setTimeout(resolve, milliseconds);
      signal.addEventListener('abort', wake);
      await promise;
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      signal.throwIfAborted();
    },
  };
}
