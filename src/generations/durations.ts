import type { Database } from '../database/database.ts';
import { type Durations, findDurations } from '../database/find-durations.ts';
import type { Clock } from '../domain/clock.ts';

/** How long models take, from what they made before. */
export interface ModelDurations {
  /** Of a model that there is. */
  find(modelSlug: string): Promise<Durations>;
}

const keptMilliseconds = 60_000;

interface Known {
  readonly at: number;
  readonly durations: Promise<Durations>;
}

/** Looks once a minute at the most for each model. */
export function createModelDurations({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}): ModelDurations {
  const kept = new Map<string, Known>();
  return {
    find(modelSlug) {
      const now = clock.now();
      const known = kept.get(modelSlug);
      if (known !== undefined && now - known.at < keptMilliseconds) return known.durations;
      const durations = findDurations(database.pool, modelSlug);
      kept.set(modelSlug, { at: now, durations });
      durations.catch(() => kept.delete(modelSlug));
      return durations;
    },
  };
}
