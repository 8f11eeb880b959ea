import { findChanged } from '../database/find-generations.ts';
import { readProgress } from '../database/read-progress.ts';
import type { GenerationDependencies } from './dependencies.ts';
import { type Repetition, repeatEvery } from './repeat-every.ts';

type Dependencies = Pick<GenerationDependencies, 'database' | 'hub' | 'log'>;

const lookMilliseconds = 3_000;
const slowReaderMilliseconds = 60_000;

/** Finds what hints have missed, now and then, and when it is told that there may be something. */
export function startBackstop(dependencies: Dependencies): Repetition {
  return repeatEvery(lookMilliseconds, () => findMissedHints(dependencies), dependencies.log);
}

/** One look into the tables at everything that somebody watches. */
async function findMissedHints({ database, hub }: Dependencies): Promise<void> {
  hub.endSlowReaders(slowReaderMilliseconds);
  const watched = hub.watched();
  if (watched.size === 0) return;
  const changed = await findChanged(database.pool, watched);
  if (changed.length === 0) return;
  const answers = await readProgress(
    database.pool,
    changed.map((generationId) => ({ generationId })),
  );
  for (const id of changed) {
    const answer = answers.get(id);
    if (answer === undefined) hub.end(id);
    else hub.deliver(answer.current);
  }
}
