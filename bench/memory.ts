import { readFile, writeFile } from 'node:fs/promises';

/** In bytes. */
export interface Memory {
  readonly resident: number;
  /** The most that was resident since the process began, or since `forgetPeak`. */
  readonly peak: number;
}

/**
 * The memory of a process, as Linux tells it. Not by `process.resourceUsage`, whose peak is at least what the parent held when
 * it forked.
 */
export async function readMemory(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return { resident: readKilobytes(status, 'VmRSS') * 1024, peak: readKilobytes(status, 'VmHWM') * 1024 };
}

/** The peak counts anew, from what is resident now. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

export function toMegabytes(bytes: number): number {
  return bytes / 1024 ** 2;
}

function readKilobytes(status: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  if (found === undefined) throw new Error(`There is no ${name} in ${status}`);
  return Number(found);
}
