import { parentPort } from 'node:worker_threads';
import { paintPicture } from './paint-picture.ts';
import type { PaintingNews, PaintingOrder } from './painting-task.ts';

parentPort?.on('message', ({ task, port, stop }: PaintingOrder) => {
  const tell = (news: PaintingNews) => port.postMessage(news, 'pixels' in news ? [news.pixels.bytes.buffer] : []);
  // Painting never gives the event loop a turn, so a wish to stop comes through shared memory, even during a wait.
  const isStopped = (waitMilliseconds: number) => Atomics.wait(stop, 0, 0, waitMilliseconds) !== 'timed-out';
  try {
    paintPicture(task, { tell, isStopped });
  } finally {
    port.close();
  }
});
