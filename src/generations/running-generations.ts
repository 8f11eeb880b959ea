/** The client asked for it. */
export class CancelRequested extends Error {
  override readonly name = 'CancelRequested';

  constructor() {
    super('The generation was cancelled.');
  }
}

/** True when a run ends because its process stops, so that another one takes over. */
export function isStopping({ signal }: { readonly signal: AbortSignal }): boolean {
  return signal.aborted && !(signal.reason instanceof CancelRequested);
}

/** What this process is working on, so that a cancel reaches its run at once. */
export interface RunningGenerations {
  /** A signal that aborts on a cancel and with `stop`; `dispose` when the run is over. */
  start(generationId: string, stop: AbortSignal): Disposable & { readonly signal: AbortSignal };
  /** Does nothing where the generation does not run here. */
  cancel(generationId: string): void;
  ids(): readonly string[];
}

export function createRunningGenerations(): RunningGenerations {
  const running = new Map<string, AbortController>();
  return {
    start(generationId, stop) {
      const cancel = new AbortController();
      running.set(generationId, cancel);
      return {
        signal: AbortSignal.any([cancel.signal, stop]),
        [Symbol.dispose]() {
          if (running.get(generationId) === cancel) running.delete(generationId);
        },
      };
    },
    cancel: (generationId) => running.get(generationId)?.abort(new CancelRequested()),
    ids: () => [...running.keys()],
  };
}
