import type { ProgressReport } from './provider.ts';

/** The bar of Python's tqdm, for example ` 40%|████      | 10/25 [00:01<00:02, 7.50it/s]`; one with a name before it is of a download. */
const bar = /^[ \t]*\d+%[ \t]*\|.*?\|[ \t]*(\d+)\/(\d+)/gm;
/** The last bar stands near the end of a log. */
const readCharacters = 20_000;

/** How far the last progress bar in a log is. Undefined where there is none. */
export function findTqdmProgress(log: string): ProgressReport | undefined {
  const last = [...log.slice(-readCharacters).matchAll(bar)].at(-1);
  const [step, totalSteps] = [Number(last?.[1]), Number(last?.[2])];
  if (!(step >= 0 && totalSteps > 0 && step <= totalSteps)) return undefined;
  return { type: 'progress', fraction: step / totalSteps, step, totalSteps };
}
