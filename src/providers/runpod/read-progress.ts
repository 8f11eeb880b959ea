import { z } from 'zod';
import type { ProgressReport } from '../provider.ts';

type Advance = Omit<ProgressReport, 'type'>;

const fieldsOf = z.record(z.string(), z.unknown());
/** As much of a text as is looked at. */
const maxCharacters = 500;
/** More than that is no count of steps. */
const maxSteps = 100_000;

/**
 * What a worker gave to `progress_update`, which takes anything: a number, a text, an object. No fraction where none can be
 * read from it.
 */
export function readProgress(told: unknown): ProgressReport {
  const advance = findInObject(told) ?? findInPlain(told) ?? { fraction: null, step: null, totalSteps: null };
  return { type: 'progress', ...advance };
}

function findInObject(told: unknown): Advance | undefined {
  const { data: fields } = fieldsOf.safeParse(told);
  if (fields === undefined) return undefined;
  const { step, current, total, progress, percent, percentage } = fields;
  const counted = findRatio(step ?? current, total);
  return counted ?? [progress, percent, percentage].map(findInPlain).find((advance) => advance !== undefined);
}

function findInPlain(told: unknown): Advance | undefined {
  if (typeof told === 'number') return toAdvance(told);
  return typeof told === 'string' ? findInText(told.slice(0, maxCharacters)) : undefined;
}

const ratio = /(?<![\w./])(\d+(?:\.\d+)?)\s*\/\s*(\d+(?:\.\d+)?)(?![\w/])/;
const percents = /(?<![\w.])(\d+(?:\.\d+)?)\s*%/;
const number = /^\s*(\d+(?:\.\d+)?)\s*$/;

/** For example `Update 1/3`, `4/10`, `35%` or `0.35`. */
function findInText(told: string): Advance | undefined {
  const [, done, total] = ratio.exec(told) ?? [];
  const [, percent] = percents.exec(told) ?? [];
  const [, plain] = number.exec(told) ?? [];
  return findRatio(Number(done), Number(total)) ?? toPart(Number(percent) / 100) ?? toAdvance(Number(plain));
}

function findRatio(done: unknown, total: unknown): Advance | undefined {
  if (typeof done !== 'number' || typeof total !== 'number') return undefined;
  if (!(done >= 0 && total > 0 && done <= total)) return undefined;
  const fraction = done / total;
  const isCount = Number.isInteger(done) && Number.isInteger(total) && total <= maxSteps;
  return isCount ? { fraction, step: done, totalSteps: total } : { fraction, step: null, totalSteps: null };
}

/**
 * Below 1 a fraction, from 1 on percents. A 1 is read as one percent: who begins to count so would otherwise be done at once,
 * and who ends with it sends the picture next.
 */
function toAdvance(value: number): Advance | undefined {
  return toPart(value < 1 ? value : value / 100);
}

/** Undefined for what is no part of a whole, NaN included. */
function toPart(fraction: number): Advance | undefined {
  return fraction >= 0 && fraction <= 1 ? { fraction, step: null, totalSteps: null } : undefined;
}
