import { maxWaiting } from '../database/hold-asker.ts';

/** A generation that waits for a worker. */
export interface WaitingGeneration {
  readonly createdAt: Date;
  /** How many of the same user wait already. */
  readonly waiting: number;
}

/** Each further one of a user stands behind what others ask for in this time. */
const secondsApart = 30;
// Keeps the numbers in 32 bits, until 2091.
const epochSeconds = 1_700_000_000;

/**
 * Where it stands in the queue, higher first: as if it had come so much later as there are others of its user before it. Whoever asks
 * for one comes before the many of another, and nothing waits forever.
 */
export function toPriority({ createdAt, waiting }: WaitingGeneration): number {
  const seconds = Math.floor(createdAt.getTime() / 1000) - epochSeconds;
  return -(seconds + Math.min(waiting, maxWaiting) * secondsApart);
}
