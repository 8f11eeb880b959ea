import { readFile } from 'node:fs/promises';

export type Limit = 'time' | 'memory';

export interface LabLimits {
  /** For one picture. */
  readonly milliseconds: number;
  /** Resident while it works on one picture. Seen on Linux alone. */
  readonly memoryBytes: number;
}

const memoryLookMilliseconds = 100;

/** Tells once when the process goes beyond a limit, until disposed. */
export function watchProcess(pid: number, limits: LabLimits, onBeyond: (limit: Limit) => void): Disposable {
  const timer = setTimeout(() => onBeyond('time'), limits.milliseconds);
  const looks = setInterval(async () => {
    if ((await readResidentBytes(pid)) > limits.memoryBytes) onBeyond('memory');
  }, memoryLookMilliseconds);
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      clearInterval(looks);
    },
  };
}

/** 0 where that cannot be known. */
async function readResidentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
