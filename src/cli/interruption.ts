import { Cancelled } from './cli-error.ts';

export interface Interruption extends Disposable {
  /** Aborts at the first Ctrl-C, with `Cancelled`. */
  readonly signal: AbortSignal;
}

/** npm passes on to its script the Ctrl-C that the terminal has sent there too: two within this time are one. */
const echoMilliseconds = 300;

/** The first Ctrl-C asks for an orderly end, the second one leaves at once. */
export function createInterruption(): Interruption {
  const controller = new AbortController();
  let first = Number.POSITIVE_INFINITY;
  const interrupt = () => {
    if (performance.now() - first > echoMilliseconds) process.exit(1);
    first = Math.min(first, performance.now());
    controller.abort(new Cancelled());
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}
