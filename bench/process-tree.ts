import { readFile } from 'node:fs/promises';
import { readMemory } from './memory.ts';

/** As Linux counts processor time. */
const tickMilliseconds = 10;
const lookMilliseconds = 20;

export interface MemoryWatch extends Disposable {
  /** The most that was resident at one time since the watch began, in bytes. */
  peak(): number;
}

/**
 * What a process and those that it started take of the machine together, in bytes. The program and its libraries, which they
 * share, count once.
 */
export async function readTreeResident(pid: number): Promise<number> {
  const { resident } = await readMemory(pid);
  // One may end meanwhile.
  const own = (await findChildren(pid)).map((id) =>
    readMemory(id).then(
      (memory) => memory.own,
      () => 0,
    ),
  );
  return (await Promise.all(own)).reduce((sum, size) => sum + size, resident);
}

/** Looks fifty times a second. */
export function watchTreeResident(pid: number): MemoryWatch {
  let peak = 0;
  const timer = setInterval(async () => {
    peak = Math.max(peak, await readTreeResident(pid));
  }, lookMilliseconds);
  return { peak: () => peak, [Symbol.dispose]: () => clearInterval(timer) };
}

/** Processor time of those that a process started, whether they have ended or not. */
export async function readChildrenMilliseconds(pid: number): Promise<number> {
  const [, , ...ended] = await readTimes(pid);
  const alive = await Promise.all((await findChildren(pid)).map(readTimes));
  return [...ended, ...alive.flat()].reduce((sum, ticks) => sum + ticks, 0) * tickMilliseconds;
}

async function findChildren(pid: number): Promise<readonly number[]> {
  const list = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return list.split(' ').filter(Boolean).map(Number);
}

/** Of itself in user and system mode, and of its children that have ended, in ticks. */
async function readTimes(pid: number): Promise<readonly number[]> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return line
    .slice(line.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number);
}
