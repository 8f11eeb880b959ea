import { on, once } from 'node:events';
import { MessageChannel, type Worker } from 'node:worker_threads';
import { ProviderError } from '../provider-error.ts';
import type { PaintingNews, PaintingOrder, PaintingTask } from './painting-task.ts';

/**
 * Tells how the painting goes. Leaving the loop early or aborting stops it before its next pass; the loop ends only
 * when the thread is free again. Throws the signal's reason, and `ProviderError` when the thread dies.
 */
export async function* paintOnThread(
  thread: Worker,
  task: PaintingTask,
  signal: AbortSignal,
): AsyncGenerator<PaintingNews, void, undefined> {
  signal.throwIfAborted();
  const { port1: port, port2: theirs } = new MessageChannel();
  const closed = once(port, 'close');
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const halt = () => {
    Atomics.store(stop, 0, 1);
    Atomics.notify(stop, 0);
  };
  signal.addEventListener('abort', halt);
  const order: PaintingOrder = { task, port: theirs, stop };
  let isDone = false;
  try {
    const news = on(port, 'message', { close: ['close'] }) as AsyncIterable<readonly [PaintingNews]>;
    thread.postMessage(order, [theirs]);
    for await (const [message] of news) {
      if (signal.aborted) continue;
      isDone = message.type === 'done';
      yield message;
    }
  } finally {
    signal.removeEventListener('abort', halt);
    halt();
    // News that nobody reads would hold back the end of the port.
    port.on('message', () => {});
    await closed;
  }
  signal.throwIfAborted();
  if (isDone) return;
  await thread.terminate();
  throw new ProviderError('The painter broke off.', { code: 'INTERNAL', retryable: true });
}
