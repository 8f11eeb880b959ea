import { setTimeout as delay } from 'node:timers/promises';
import type { Engine } from './engine.ts';
import { findTaskState, type TaskState } from './read-progress.ts';

export interface TaskToStop {
  readonly engine: Engine;
  readonly taskId: string;
  readonly pollMilliseconds: number;
  /** How long a task that is still queued is watched. */
  readonly timeoutMilliseconds: number;
}

const stopMilliseconds = 5_000;

/**
 * Has the engine stop what nobody waits for any more, as well as it can be told. An interruption hits whatever the engine
 * works at, so it is sent only while that is our task.
 */
export async function stopTask(task: TaskToStop): Promise<void> {
  const { engine, taskId } = task;
  const state = await interruptActive(engine, taskId).catch(() => undefined);
  if (state?.queued) void stopWhenItsTurnComes(task);
}

async function interruptActive(engine: Engine, taskId: string): Promise<TaskState | undefined> {
  const signal = AbortSignal.timeout(stopMilliseconds);
  const request = { id_task: taskId, id_live_preview: -1, live_preview: false };
  const state = findTaskState(await engine.post('/internal/progress', request, signal));
  if (state?.active) await engine.post('/sdapi/v1/interrupt', {}, signal);
  return state;
}

/** Nothing takes a task out of the engine's queue. Ends when it is gone, or the engine. Keeps no process alive. */
async function stopWhenItsTurnComes({ engine, taskId, pollMilliseconds, timeoutMilliseconds }: TaskToStop) {
  const end = Date.now() + timeoutMilliseconds;
  try {
    for (let queued = true; queued && Date.now() < end; ) {
      await delay(pollMilliseconds, undefined, { ref: false });
      queued = (await interruptActive(engine, taskId))?.queued ?? false;
    }
  } catch {
    // The engine is gone, and the task with it.
  }
}
