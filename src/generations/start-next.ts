import { findStartable } from '../database/find-startable.ts';
import { toRunJob } from './accept.ts';
import type { RunDependencies } from './generation-run.ts';
import { toPriority } from './queue-priority.ts';

/** One has ended; the second is for another one that ends at the same time. */
const limit = 2;

/** Wakes what had to wait for one of this user's generations to end. What is lost here is found by the sweep. */
export async function startNext(
  { database, queue, announce, quotaDefaults: defaults }: RunDependencies,
  userId: string,
): Promise<void> {
  const next = await findStartable(database.pool, { userId, defaults, limit });
  if (next.length === 0) return;
  const jobs = next.map(({ id, createdAt }, waiting) => toRunJob(id, toPriority({ createdAt, waiting })));
  await queue.enqueue(database.pool, jobs);
  announce({ kind: 'work' });
}
