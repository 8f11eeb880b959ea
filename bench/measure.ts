import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds on a clock that all processes of this machine share. */
export function machineMilliseconds(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** How long it took, in milliseconds. */
export async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = machineMilliseconds();
  await work();
  return machineMilliseconds() - start;
}

/** The times of one after the other. */
export async function timesOf(count: number, work: () => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  while (times.length < count) times.push(await timeOf(work));
  return times;
}

/** What these give, which begin at this rate whether or not those before have ended. */
export async function atRate<Result>(
  { count, perSecond }: { readonly count: number; readonly perSecond: number },
  work: (number: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const begun: Promise<Result>[] = [];
  const start = performance.now();
  for (let number = 0; number < count; number += 1) {
    await delay(Math.max(0, start + (number * 1000) / perSecond - performance.now()));
    const one = work(number);
    // Thrown below, when all have begun.
    one.catch(() => undefined);
    begun.push(one);
  }
  return Promise.all(begun);
}

/** How often a second `work` is done by this many at a time. */
export async function rateOf(
  { milliseconds, concurrency }: { readonly milliseconds: number; readonly concurrency: number },
  work: () => Promise<unknown>,
): Promise<number> {
  const start = machineMilliseconds();
  let done = 0;
  const repeat = async () => {
    while (machineMilliseconds() - start < milliseconds) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, repeat));
  return (done * 1000) / (machineMilliseconds() - start);
}

/** The smallest value that this share of all values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new Error('Nothing was measured.');
  return value;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** For the head of the table: figures mean nothing without it. */
export function describeMachine(): string {
  const memory = `${(totalmem() / 1024 ** 3).toFixed(0)} GB of memory`;
  const cores = `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'})`;
  return `${cores}, ${memory}, ${platform()} ${release()}, Node ${process.versions.node}`;
}
