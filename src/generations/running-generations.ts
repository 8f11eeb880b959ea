import { LeaveRunning } from '../providers/leave-running.ts';
import { DeadlinePassed } from './deadline-passed.ts';

/** The client asked for it. */
export class CancelRequested extends Error {
  override readonly name = 'CancelRequested';

  constructor() {
    super('The generation was cancelled.');
  }
}

export interface StartedGeneration {
  readonly generationId: string;
  /** Until its deadline; null where it has none. */
  readonly millisecondsLeft: number | null;
  /** Aborts when the process must let go. */
  readonly stop: AbortSignal;
}

export interface RunningGeneration extends Disposable {
  /** Aborts once, with `CancelRequested`, `DeadlinePassed` or `LeaveRunning`. */
  readonly signal: AbortSignal;
  cancel(): void;
}

/** What this process is working on, so that a cancel reaches its run at once. */
export interface RunningGenerations {
  /** `dispose` when the run is over. */
  start(started: StartedGeneration): RunningGeneration;
  /** Does nothing where the generation does not run here. */
  cancel(generationId: string): void;
  ids(): readonly string[];
}

export function createRunningGenerations(): RunningGenerations {
  const running = new Map<string, RunningGeneration>();
  return {
    start({ generationId, millisecondsLeft, stop }) {
      const controller = new AbortController();
      const leave = () => controller.abort(new LeaveRunning());
      stop.addEventListener('abort', leave, { once: true });
      if (stop.aborted) leave();
      const timer = startTimer(millisecondsLeft, () => controller.abort(new DeadlinePassed()));
      const generation: RunningGeneration = {
        signal: controller.signal,
        cancel: () => controller.abort(new CancelRequested()),
        [Symbol.dispose]() {
          clearTimeout(timer);
          stop.removeEventListener('abort', leave);
          if (running.get(generationId) === generation) running.delete(generationId);
        },
      };
      running.set(generationId, generation);
      return generation;
    },
    cancel: (generationId) => running.get(generationId)?.cancel(),
    ids: () => [...running.keys()],
  };
}

function startTimer(milliseconds: number | null, onEnd: () => void): NodeJS.Timeout | undefined {
  if (milliseconds === null) return undefined;
  if (milliseconds > 0) return setTimeout(onEnd, milliseconds);
  onEnd();
  return undefined;
}
