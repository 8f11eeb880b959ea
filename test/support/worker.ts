import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Darkroom } from './darkroom.ts';
import type { WorkerMessage, WorkerScript } from './worker-process.ts';

/** A worker in a process of its own, on the database and container of a darkroom. */
export interface WorkerProcess extends AsyncDisposable {
  /** Resolves when its script has said this, now or before, as often as asked. */
  until(event: WorkerMessage['event'], times?: number): Promise<void>;
  tell(message: 'release' | 'stop'): void;
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
}

export async function startWorkerProcess({ config }: Darkroom, script: WorkerScript): Promise<WorkerProcess> {
  const path = fileURLToPath(new URL('worker-process.ts', import.meta.url));
  const environment = Object.entries(config).map(([name, value]) => [name, String(value)]);
  const child = fork(path, [script], { env: { ...process.env, ...Object.fromEntries(environment) } });
  const exit = once(child, 'exit');
  const said: WorkerMessage[] = [];
  child.on('message', (message: WorkerMessage) => said.push(message));
  const countOf = (event: WorkerMessage['event']) => said.filter((message) => message.event === event).length;
  const until = async (event: WorkerMessage['event'], times = 1) => {
    while (countOf(event) < times) {
      const ended = exit.then(([code, signal]) => {
        throw new Error(`The worker ended with ${code ?? signal} before it said “${event}”.`);
      });
      await Promise.race([once(child, 'message'), ended]);
    }
  };
  await until('ready');
  return {
    until,
    tell: (message) => void child.send(message),
    signal: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
