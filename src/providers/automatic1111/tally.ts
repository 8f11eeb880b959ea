import type { ProgressReport } from '../provider.ts';
import type { Look } from './follow-task.ts';

/** The progress of an order that takes one call or several. */
export interface Tally {
  /** Undefined where it is no further than before. */
  count(look: Pick<Look, 'fraction' | 'steps'>, pictures: number): ProgressReport | undefined;
  /** So many more pictures are there. */
  add(pictures: number): void;
}

const uncounted = { step: null, totalSteps: null };

export function createTally(total: number): Tally {
  let made = 0;
  let furthest = 0;
  return {
    count({ fraction: told, steps }, pictures) {
      const inCall = steps ?? { done: Math.min(1, Math.max(0, told)), total: 1 };
      const perPicture = inCall.total / pictures;
      const done = made * perPicture + inCall.done;
      const fraction = done / (total * perPicture);
      if (fraction <= furthest) return undefined;
      furthest = fraction;
      const counted = { step: Math.round(done), totalSteps: Math.round(total * perPicture) };
      return { type: 'progress', fraction, ...(steps === null ? uncounted : counted) };
    },
    add(pictures) {
      made += pictures;
    },
  };
}
