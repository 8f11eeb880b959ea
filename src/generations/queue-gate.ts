import type { Database } from '../database/database.ts';
import { countQueued } from '../database/find-generations.ts';
import type { Clock } from '../domain/clock.ts';
import { QueueFull } from '../domain/user-errors.ts';

/** Keeps the whole queue from growing without end. */
export interface QueueGate {
  /** Throws `QueueFull`. */
  admit(): Promise<void>;
}

const lookMilliseconds = 1_000;
const retryAfterSeconds = 10;

interface Look {
  readonly at: number;
  readonly queued: Promise<number>;
}

/**
 * Counts once a second, and what this process lets in meanwhile: of several processes, each may let in more than there is room for
 * by what the others did in that second. Null for no limit.
 */
export function createQueueGate(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  limit: number | null,
): QueueGate {
  let last: Look | undefined;
  let admitted = 0;
  const look = (limit: number) => {
    const now = clock.now();
    if (last !== undefined && now - last.at < lookMilliseconds) return last;
    last = { at: now, queued: countQueued(database.pool, limit) };
    last.queued.catch(() => {
      last = undefined;
    });
    admitted = 0;
    return last;
  };
  return {
    async admit() {
      if (limit === null) return;
      const queued = await look(limit).queued;
      if (queued + admitted >= limit) throw new QueueFull(retryAfterSeconds);
      admitted += 1;
    },
  };
}
