import { EventEmitter, once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** The threads that paint: at most one a core, started when needed and kept for the next picture. */
export interface PainterThreads extends AsyncDisposable {
  /** Waits for a free thread. Throws the signal's reason. Whoever takes one gives it back. */
  take(signal: AbortSignal): Promise<Worker>;
  giveBack(thread: Worker): void;
}

export function createPainterThreads(): PainterThreads {
  const all = new Set<Worker>();
  const idle: Worker[] = [];
  const changes = new EventEmitter().setMaxListeners(0);
  const start = () => {
    const thread = new Worker(new URL('./paint-worker.ts', import.meta.url));
    all.add(thread);
    // Without a listener an error of the thread would end the whole process. Who paints on it sees its port close.
    thread.on('error', () => all.delete(thread));
    thread.on('exit', () => {
      all.delete(thread);
      changes.emit('change');
    });
    return thread;
  };
  return {
    async take(signal) {
      signal.throwIfAborted();
      while (idle.length === 0 && all.size >= availableParallelism()) {
        await once(changes, 'change', { signal }).catch((error: unknown) => {
          throw signal.aborted ? signal.reason : error;
        });
      }
      const thread = idle.pop() ?? start();
      thread.ref();
      return thread;
    },
    giveBack(thread) {
      if (!all.has(thread)) return;
      thread.unref();
      idle.push(thread);
      changes.emit('change');
    },
    async [Symbol.asyncDispose]() {
      idle.length = 0;
      await Promise.all([...all].map((thread) => thread.terminate()));
    },
  };
}
