/** A place where a script stops until a test lets it go on. */
export interface Hold {
  /** Resolves when the script is there. */
  readonly reached: Promise<void>;
  /** For the script. Throws the signal's reason when it aborts before the release. */
  wait(signal?: AbortSignal): Promise<void>;
  release(): void;
}

export function createHold(): Hold {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    async wait(signal) {
      reached.resolve();
      if (signal === undefined) return released.promise;
      const aborted = Promise.withResolvers<never>();
      const abort = () => aborted.reject(signal.reason);
      if (signal.aborted) abort();
      signal.addEventListener('abort', abort, { once: true });
      await Promise.race([released.promise, aborted.promise]).finally(() => {
        signal.removeEventListener('abort', abort);
        aborted.promise.catch(() => undefined);
      });
    },
    release: () => released.resolve(),
  };
}
