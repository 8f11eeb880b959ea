/** Time for what is worth finishing after an abort. Disposing of it ends its timer. */
export interface Grace extends Disposable {
  /** Aborts some time after the signal that was given, with its reason. */
  readonly signal: AbortSignal;
}

/** `toMilliseconds` says how long, when the signal has aborted; with 0 it ends at once. */
export function startGrace(signal: AbortSignal, toMilliseconds: () => number): Grace {
  const end = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    const milliseconds = toMilliseconds();
    if (milliseconds === 0) end.abort(signal.reason);
    else timer = setTimeout(() => end.abort(signal.reason), milliseconds);
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
