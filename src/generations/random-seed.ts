import { randomInt } from 'node:crypto';

/** As far as `randomInt` goes, which is far enough where a model takes even more. */
const maxRandomSeed = 2 ** 48 - 2;

/** A whole number from 0 to `max`. */
export function randomSeed(max: number): number {
  return randomInt(Math.min(max, maxRandomSeed) + 1);
}
