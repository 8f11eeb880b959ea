/** A limit of time for one piece of work. Disposing of it ends its timer. */
export interface Deadline extends Disposable {
  /** Aborts when the time is over, and with the signal that was given. */
  readonly signal: AbortSignal;
  readonly isOver: boolean;
}

/**
 * In place of `AbortSignal.timeout`, which keeps everything that listens to it, bodies of requests included, until its time is over,
 * however long ago the work was done.
 */
export function createDeadline(milliseconds: number, signal?: AbortSignal): Deadline {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), milliseconds);
  return {
    signal: signal === undefined ? timeout.signal : AbortSignal.any([signal, timeout.signal]),
    get isOver() {
      return timeout.signal.aborted;
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
