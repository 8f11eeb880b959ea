import { pause } from '../pause.ts';
import { ProviderError } from '../provider-error.ts';
import type { Engine } from './engine.ts';
import { findEngineState, findTaskState, type Steps } from './read-progress.ts';

export interface TaskToFollow {
  readonly engine: Engine;
  readonly taskId: string;
  /** Whether the engine works at this task before all others that this process knows of. */
  readonly isFirst: () => boolean;
  readonly pollMilliseconds: number;
  /** Ends it, without an error. */
  readonly signal: AbortSignal;
}

/** How far a task is. */
export interface Look {
  readonly fraction: number;
  readonly steps: Steps | null;
  /** The newest unfinished picture, in base64; null where it has been shown already. */
  readonly preview: string | null;
}

type FindLook = () => Promise<Look | undefined>;

/** Looks again and again. A look that fails is no reason to give up: the answer alone says how the task ends. */
export async function* followTask(task: TaskToFollow): AsyncGenerator<Look, void, undefined> {
  const { pollMilliseconds, signal } = task;
  const findLook = createLooks(task);
  for (;;) {
    const look = await orNothing(() => pause(pollMilliseconds, signal).then(findLook), signal);
    if (signal.aborted) return;
    if (look !== undefined) yield look;
  }
}

async function orNothing<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted || error instanceof ProviderError) return undefined;
    throw error;
  }
}

/** Without the web UI (--nowebui) there is no progress of single tasks: from then on the engine as a whole is asked. */
function createLooks(task: TaskToFollow): FindLook {
  const findTaskLook = createTaskLooks(task);
  const findEngineLook = createEngineLooks(task);
  let knowsTasks = true;
  return async () => {
    if (!knowsTasks) return findEngineLook();
    const look = await findTaskLook();
    if (look !== 'unknown') return look;
    knowsTasks = false;
    return findEngineLook();
  };
}

function createTaskLooks({ engine, taskId, signal }: TaskToFollow) {
  let shownId = -1;
  return async (): Promise<Look | 'unknown' | undefined> => {
    const request = { id_task: taskId, id_live_preview: shownId, live_preview: true };
    const answer = await engine.post('/internal/progress', request, signal);
    if (answer.status === 404) return 'unknown';
    const state = findTaskState(answer);
    if (state === undefined || !state.active) return undefined;
    shownId = state.previewId ?? shownId;
    // Only the engine as a whole tells its steps, and as long as the task is active they are those of the task.
    const whole = findEngineState(await engine.get('/sdapi/v1/progress?skip_current_image=true', signal));
    return { fraction: state.fraction, steps: whole?.steps ?? null, preview: state.preview };
  };
}

/** The engine takes one call after the other in the order in which they came, so it is at our first, if at none of others. */
function createEngineLooks({ engine, isFirst, signal }: TaskToFollow): FindLook {
  let shown: string | null = null;
  return async () => {
    if (!isFirst()) return undefined;
    const state = findEngineState(await engine.get('/sdapi/v1/progress', signal));
    if (state === undefined) return undefined;
    const preview = state.preview === shown ? null : state.preview;
    shown = state.preview;
    return { ...state, preview };
  };
}
