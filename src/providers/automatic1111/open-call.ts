import { randomUUID } from 'node:crypto';
import type { HttpAnswer } from '../../network/send.ts';
import type { PictureOrder } from '../provider.ts';
import type { Engine } from './engine.ts';
import { stopTask } from './stop-task.ts';
import { toRequest } from './to-request.ts';

export interface Studio {
  readonly engine: Engine;
  /** The tasks of all open calls, oldest first. */
  readonly openTasks: Set<string>;
  readonly pollMilliseconds: number;
  readonly timeoutMilliseconds: number;
}

/** One call under way. Disposing of it hangs up, and stops the task that nobody waits for any more. */
export interface OpenCall extends AsyncDisposable {
  readonly taskId: string;
  /** Throws what `callVendor` does. */
  readonly answer: Promise<HttpAnswer>;
  /** Aborts when there is nothing more to wait for: the answer is there, or the order was stopped. */
  readonly ended: AbortSignal;
  /** Whether the engine works at this task before all others that this process knows of. */
  isFirst(): boolean;
}

/** Throws what reading the inputs throws. */
export async function openCall(studio: Studio, order: PictureOrder): Promise<OpenCall> {
  const { engine, openTasks } = studio;
  const taskId = `task(${randomUUID()})`;
  const { path, body } = await toRequest(order, taskId);
  const leave = new AbortController();
  const answered = new AbortController();
  let isOver = false;
  openTasks.add(taskId);
  const answer = engine.post(path, body, AbortSignal.any([order.signal, leave.signal])).then((whole) => {
    isOver = !isFromGateway(whole);
    return whole;
  });
  answer.catch(() => undefined).finally(() => answered.abort());
  return {
    taskId,
    answer,
    ended: AbortSignal.any([order.signal, answered.signal]),
    isFirst: () => openTasks.values().next().value === taskId,
    async [Symbol.asyncDispose]() {
      openTasks.delete(taskId);
      leave.abort();
      // Also where the work is left to another process: nothing leads back to an answer that nobody waited for.
      if (!isOver) await stopTask({ ...studio, taskId });
    },
  };
}

/** A gateway that has lost patience answers for an engine that still works. */
function isFromGateway({ status }: HttpAnswer): boolean {
  return status === 502 || status === 504;
}
