import { createTemporaryDirectory } from '../embedded/owner.ts';
import { type ServerProcess, startServerProcess } from '../http/server-process.ts';
import type { Darkroom } from './darkroom.ts';

/** Has the program itself work for a darkroom until it dies at this point. Answers what ended it. */
export async function workUntil(darkroom: Darkroom, point: string): Promise<number | NodeJS.Signals> {
  await using worker = await startWorkerProgram(darkroom, point);
  // Awaited here: disposing kills it as well.
  return await worker.ended;
}

/** The program itself as a worker, which dies at this point. */
export async function startWorkerProgram({ config }: Darkroom, point = 'none'): Promise<ServerProcess> {
  const die = `import { subscribe } from 'node:diagnostics_channel';
    subscribe('darkroom:crash-point', (name) => { if (name === '${point}') process.kill(process.pid, 'SIGKILL'); });`;
  const temporary = await createTemporaryDirectory();
  const { DATABASE_URL = '', AZURE_STORAGE_CONNECTION_STRING = '', AZURE_STORAGE_CONTAINER } = config;
  const worker = startServerProcess({
    directory: temporary.path,
    arguments: ['--role', 'worker'],
    environment: {
      DATABASE_URL,
      AZURE_STORAGE_CONNECTION_STRING,
      AZURE_STORAGE_CONTAINER,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(die)}`,
    },
  });
  void worker.ended.then(() => temporary[Symbol.asyncDispose]());
  return worker;
}
