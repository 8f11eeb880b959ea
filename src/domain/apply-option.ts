import type { Capabilities, NumberRange } from './image-model.ts';
import { checkText, type RequestCheck } from './request-check.ts';

export interface GivenNumber {
  readonly option: string;
  readonly given: number | null;
  /** Null where the model has no such option. */
  readonly range: NumberRange | null;
  readonly whole: boolean;
}

const names: Readonly<Record<string, string>> = {
  steps: 'Steps',
  guidanceScale: 'The guidance scale',
  compression: 'The compression',
  strength: 'The strength',
  styleIntensity: 'The style intensity',
};

const lacks: Readonly<Record<string, string>> = {
  steps: 'The model has no number of steps.',
  guidanceScale: 'The model has no guidance scale.',
  compression: 'The model has no compression.',
  strength: 'The model has no strength.',
  styleIntensity: 'The model has no style intensity.',
};

/** The number that is applied: the given one, the usual one, or null where the model has no such option. */
export function applyNumber(check: RequestCheck, { option, given, range, whole }: GivenNumber): number | null {
  if (range === null) {
    if (given !== null) check.warn(option, lacks[option] ?? 'The model has no such option.');
    return null;
  }
  const { min, max, default: usual } = range;
  if (given === null) return usual;
  const fits = given >= min && given <= max && (!whole || Number.isInteger(given));
  if (!fits) check.refuse([option], `${names[option] ?? option} must be ${min} to ${max}.`);
  return given;
}

export interface GivenChoice {
  readonly option: string;
  readonly given: string | null;
  /** Null where the model has no such option. */
  readonly choices: readonly string[] | null;
}

export function applyChoice(check: RequestCheck, { option, given, choices }: GivenChoice): string | null {
  if (given === null) return null;
  if (choices === null) {
    checkText(check, option, given);
    check.warn(option, `The model has no choice of ${option}.`);
    return null;
  }
  if (!choices.includes(given)) check.refuse([option], `The model knows these: ${choices.join(', ')}.`);
  return given;
}

export interface GivenSeed {
  readonly seed: string | null;
  /** Answers a whole number from 0 to `max`. */
  readonly randomSeed: (max: number) => number;
}

/** A seed is chosen where none was given, so that a retry repeats it. */
export function applySeed(check: RequestCheck, given: GivenSeed, capabilities: Capabilities): number | null {
  const { seed, randomSeed } = given;
  if (capabilities.seed === null) {
    if (seed === null) return null;
    checkText(check, 'seed', seed);
    check.warn('seed', 'The model takes no seed.');
    return null;
  }
  const { max } = capabilities.seed;
  if (seed === null || seed === '-1') return randomSeed(max);
  if (!/^\d{1,16}$/.test(seed) || Number(seed) > max) {
    check.refuse(['seed'], `A seed is a whole number from 0 to ${max}, or -1 for a random one.`);
  }
  return Number(seed);
}
