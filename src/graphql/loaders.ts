import DataLoader from 'dataloader';
import { mayRead } from '../accounts/administrator.ts';
import type { Viewer } from '../accounts/viewer.ts';
import { countQueuedBefore } from '../database/find-generations.ts';
import { readProgress } from '../database/read-progress.ts';
import type { ProgressSnapshot } from '../domain/progress.ts';
import type { GenerationDependencies } from '../generations/dependencies.ts';

/** What is no column, read for many ids in one statement. Nothing is kept: a subscription asks again for every event. */
export interface Loaders {
  /** How a generation stands. Null for an unknown one. */
  readonly progress: DataLoader<string, ProgressSnapshot | null>;
  /** How many wait before a queued generation. */
  readonly queuePosition: DataLoader<string, number>;
}

export function createLoaders({ database }: Pick<GenerationDependencies, 'database'>, viewer: Viewer): Loaders {
  return {
    progress: new DataLoader(
      async (ids) => {
        const answers = await readProgress(
          database.pool,
          ids.map((generationId) => ({ generationId })),
        );
        return ids.map((id) => {
          const answer = answers.get(id);
          return answer !== undefined && mayRead(viewer, answer.userId) ? answer.current : null;
        });
      },
      { cache: false },
    ),
    queuePosition: new DataLoader(
      async (ids) => {
        const positions = await countQueuedBefore(database.pool, ids);
        return ids.map((id) => positions.get(id) ?? 0);
      },
      { cache: false },
    ),
  };
}
