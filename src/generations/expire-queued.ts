import { expireQueuedRows } from '../database/expire-queued.ts';
import { readProgress } from '../database/read-progress.ts';
import type { GenerationDependencies } from './dependencies.ts';

/** More than that come with the next look. */
const limit = 1_000;

/** Ends the queued generations whose deadline has passed, and tells those who watch them. */
export async function expireQueued({
  database,
  announce,
  clock,
}: Pick<GenerationDependencies, 'database' | 'announce' | 'clock'>): Promise<void> {
  const ids = await expireQueuedRows(database.pool, { at: new Date(clock.now()), limit });
  if (ids.length === 0) return;
  const answers = await readProgress(
    database.pool,
    ids.map((generationId) => ({ generationId })),
  );
  for (const { current } of answers.values()) announce({ kind: 'progress', snapshot: current });
}
