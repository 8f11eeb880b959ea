import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface OwnerReport {
  readonly ready: boolean;
  readonly url: string;
  readonly connectionString: string;
  readonly error: string;
}

export interface Owner extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly report: OwnerReport;
  /** Resolves to the last line it says, when it has ended. */
  end(signal: NodeJS.Signals): Promise<string>;
}

/** Starts owner-process.ts on a data directory, in a process group of its own, and waits for what it reports. */
export async function startOwner(directory: string, services?: 'lock-only'): Promise<Owner> {
  const script = fileURLToPath(new URL('owner-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, directory, ...(services ? [services] : [])], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const exit = once(child, 'close');
  const lines: string[] = [];
  const input = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await Promise.race([once(input, 'line'), exit]);
  const end = async (signal: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) signalGroup(child.pid, signal);
    await exit;
    return lines.at(-1) ?? '';
  };
  return {
    child,
    report: JSON.parse(lines[0] ?? '{}'),
    end,
    [Symbol.asyncDispose]: async () => void (await end('SIGTERM')),
  };
}

/** To the whole group, as a terminal does it. One that has ended by itself needs no signal, also before we were told of it. */
function signalGroup(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-id, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
}

export async function createTemporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'darkroom-embedded-'));
  // A database whose server was killed may write for a moment longer, into what is being removed.
  const patience = { maxRetries: 20, retryDelay: 50 };
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, ...patience }) };
}

/** The ids of the processes that have the directory on their command line. Linux only. */
export async function findProcesses(directory: string): Promise<readonly number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const matches = await Promise.all(
    ids.map(async (id) => (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).includes(directory)),
  );
  return ids.filter((_, index) => matches[index]).map(Number);
}
