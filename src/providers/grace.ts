import { isLeftRunning } from './leave-running.ts';

/** As much as it takes to fetch what has been made. */
const graceMilliseconds = 30_000;

/** Time for what is worth finishing after an abort. Disposing of it ends its timer. */
export interface Grace extends Disposable {
  /** Aborts, with the same reason, some time after the signal that was given; at once where the work is left to another process. */
  readonly signal: AbortSignal;
}

export function createGrace(signal: AbortSignal): Grace {
  const end = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    if (isLeftRunning(signal)) end.abort(signal.reason);
    else timer = setTimeout(() => end.abort(signal.reason), graceMilliseconds);
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return {
    signal: end.signal,
    [Symbol.dispose]() {
      signal.removeEventListener('abort', begin);
      clearTimeout(timer);
    },
  };
}
