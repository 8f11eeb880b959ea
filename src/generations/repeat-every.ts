import type { Logger } from '../log.ts';

/** Does something now and then until disposed, never twice at once. What fails is logged and tried again at its time. */
export function repeatEvery(milliseconds: number, work: () => Promise<void>, log: Logger): AsyncDisposable {
  let working: Promise<void> | undefined;
  const timer = setInterval(() => {
    working ??= work()
      .catch((error: Error) => log.warn({ error: error.message }, 'a periodic task failed'))
      .finally(() => {
        working = undefined;
      });
  }, milliseconds);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await working;
    },
  };
}
