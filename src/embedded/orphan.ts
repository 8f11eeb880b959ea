import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { StartError } from '../domain/start-error.ts';
import type { StopSignals } from './child-process.ts';

const run = promisify(execFile);

export interface OrphanOptions {
  /** Its first line is the process's id. */
  readonly pidFile: string;
  /** What the process works on, as it stands on its command line. */
  readonly directory: string;
  readonly signals: StopSignals;
}

/**
 * Stops a process whose parent was killed, and waits for its end. To be called by the owner of the directory: nobody
 * alive needs what runs there. A process that got the same id since then does not work on the directory and is left alone.
 */
export async function stopOrphan({ pidFile, directory, signals }: OrphanOptions): Promise<void> {
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  if (!(pid > 1)) return;
  const isRunning = async () => ` ${await commandLineOf(pid)} `.includes(` ${directory} `);
  for (const signal of [signals.first, signals.last]) {
    if (!(await isRunning()) || !kill(pid, signal)) return;
    if (await becomesFalse(isRunning, signals.patienceMilliseconds)) return;
  }
  throw new StartError(`Process ${pid} still works on ${directory} and does not stop. Stop it, and start again.`);
}

/** Empty when there is no such process, or only its exit code is left. */
async function commandLineOf(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    return (await run('ps', ['-o', 'command=', '-p', String(pid)])).stdout;
  } catch {
    return '';
  }
}

/** False when there is nobody to kill any more. */
function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ESRCH') return false;
    throw new StartError(`Process ${pid} has to be stopped, and this account is not allowed to.`, { cause });
  }
}

async function becomesFalse(condition: () => Promise<boolean>, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (Date.now() < deadline) {
    if (!(await condition())) return true;
    await delay(20);
  }
  return false;
}
