import { setTimeout as delay } from 'node:timers/promises';
import { createHold, type Hold } from '../hold.ts';

/** What is worked at, as the engine itself tells it. */
export interface EngineState {
  readonly taskId: string | null;
  /** -1 before the engine has looked at its task, 0 where it has none. */
  readonly jobs: number;
  readonly job: number;
  readonly step: number;
  readonly steps: number;
  /** Grows with every new look at the unfinished picture. */
  readonly previewId: number;
  readonly interrupted: boolean;
}

export interface Task {
  readonly taskId: string;
  /** Of one job. */
  readonly steps: number;
  /** Pictures, one after the other. */
  readonly jobs: number;
}

export interface Work {
  readonly interrupted: boolean;
  /** Whole pictures. */
  readonly jobsDone: number;
}

/** The engine behind the API: one task at a time, first come, first served, whether its client still waits or not. */
export interface EngineRoom {
  /** Resolves when the task is done or interrupted. */
  work(task: Task): Promise<Work>;
  state(): EngineState;
  look(taskId: string): { readonly active: boolean; readonly queued: boolean; readonly completed: boolean };
  /** Hits whatever is worked at. */
  interrupt(): void;
  /** The next task that gets to this step stays there until it is released or interrupted. */
  holdAt(step: number): Hold;
  /** The tasks that were interrupted, in order. */
  readonly interrupted: readonly string[];
}

const idle: EngineState = { taskId: null, jobs: 0, job: 0, step: 0, steps: 0, previewId: 0, interrupted: false };

export function createEngineRoom(stepMilliseconds: number): EngineRoom {
  const queued = new Set<string>();
  const completed = new Set<string>();
  const interrupted: string[] = [];
  const holds = new Map<number, Hold>();
  let current = { state: idle, stop: new AbortController() };
  let turn: Promise<unknown> = Promise.resolve();

  async function paint({ steps, jobs }: Task): Promise<Work> {
    const { signal } = current.stop;
    const change = (changes: Partial<EngineState>) => {
      current.state = { ...current.state, ...changes };
    };
    for (let job = 0; job < jobs; job++) {
      for (let step = 0; step < steps; step++) {
        change({ jobs, job, step, steps, previewId: job * steps + step });
        await pauseAt(step, signal);
        if (signal.aborted) return { interrupted: true, jobsDone: job };
      }
    }
    return { interrupted: false, jobsDone: jobs };
  }

  async function pauseAt(step: number, signal: AbortSignal): Promise<void> {
    const hold = holds.get(step);
    holds.delete(step);
    const wait = hold === undefined ? delay(stepMilliseconds, undefined, { signal }) : hold.wait(signal);
    await wait.catch(() => undefined);
  }

  async function begin(task: Task): Promise<Work> {
    queued.delete(task.taskId);
    current = { state: { ...idle, taskId: task.taskId, jobs: -1 }, stop: new AbortController() };
    const work = await paint(task);
    current = { state: idle, stop: new AbortController() };
    completed.add(task.taskId);
    return work;
  }

  return {
    interrupted,
    work(task) {
      queued.add(task.taskId);
      const work = turn.then(() => begin(task));
      turn = work;
      return work;
    },
    state: () => current.state,
    look: (taskId) => ({
      active: current.state.taskId === taskId,
      queued: queued.has(taskId),
      completed: completed.has(taskId),
    }),
    interrupt() {
      const { taskId } = current.state;
      if (taskId !== null) interrupted.push(taskId);
      current.state = { ...current.state, interrupted: true };
      current.stop.abort();
    },
    holdAt(step) {
      const hold = createHold();
      holds.set(step, hold);
      return hold;
    },
  };
}
