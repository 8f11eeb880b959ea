import { readFile } from 'node:fs/promises';

/** In bytes. */
export interface Memory {
  readonly resident: number;
  /** The most that was resident since the process began. */
  readonly peak: number;
  /** The part of what is resident that no other process shares: all but programs and libraries. */
  readonly own: number;
}

/**
 * The memory of a process, as Linux tells it. Not by `process.resourceUsage`, whose peak is at least what the parent held when
 * it forked.
 */
export async function readMemory(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) => readKilobytes(status, name) * 1024;
  return { resident: read('VmRSS'), peak: read('VmHWM'), own: read('RssAnon') };
}

export function toMegabytes(bytes: number): number {
  return bytes / 1024 ** 2;
}

function readKilobytes(status: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (found === undefined) throw new Error(`There is no ${name} in ${status}`);
  return Number(found);
}
