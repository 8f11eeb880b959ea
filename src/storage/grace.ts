export interface Grace extends Disposable {
  /** Aborts some time after the signal that was given, with its reason. Undefined where none was. */
  readonly signal: AbortSignal | undefined;
}

/** What is under way when nobody waits for it any more may still succeed: for this long. Disposing of it ends its timer. */
export function createGrace(signal: AbortSignal | undefined, milliseconds: number): Grace {
  if (signal === undefined) return { signal, [Symbol.dispose]: () => undefined };
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => over.abort(signal.reason), milliseconds);
  };
  if (signal.aborted) begin();
  signal.addEventListener('abort', begin, { once: true });
  return {
    signal: over.signal,
    [Symbol.dispose]() {
      signal.removeEventListener('abort', begin);
      clearTimeout(timer);
    },
  };
}
