import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readChildEnvironment } from './child-environment.ts';

export interface Program {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

export interface StopSignals {
  /** Asks for an orderly end. */
  readonly first: NodeJS.Signals;
  /** Sent when that took longer than `patienceMilliseconds`. */
  readonly last: NodeJS.Signals;
  readonly patienceMilliseconds: number;
}

/**
 * Starts a program in a session of its own: Ctrl-C in the terminal reaches every process of the foreground group, and
 * would stop the database while the server still drains.
 */
export function startProgram(program: Program, stdio: readonly ('ignore' | 'pipe' | number)[]): ChildProcess {
  const { command, uid, gid } = program;
  return spawn(command, [...program.arguments], {
    stdio: [...stdio],
    detached: true,
    // Whoever the program runs as may not be allowed into ours.
    cwd: '/',
    env: readChildEnvironment(),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
}

export function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

/** Resolves when the child is gone. */
export async function stopChild(child: ChildProcess, signals: StopSignals): Promise<void> {
  if (hasExited(child)) return;
  const exit = once(child, 'exit');
  child.kill(signals.first);
  const timer = setTimeout(() => child.kill(signals.last), signals.patienceMilliseconds);
  await exit;
  clearTimeout(timer);
}
