import { claimPeriodicTask } from '../database/claim-periodic-task.ts';
import { deleteExports, findExpiredExports, findUnfinishedExports } from '../database/user-exports.ts';
import { exportName, exportsPrefix } from '../storage/blob-names.ts';
import type { GenerationDependencies } from './dependencies.ts';
import { toExportJob } from './request-export.ts';

type Dependencies = Pick<GenerationDependencies, 'database' | 'queue' | 'images' | 'clock'>;

const pageSize = 100;
const task = { name: 'sweep-exports', everyMilliseconds: 3_600_000 };
/** By then every link is over, whatever the clocks say: no row is asked. */
const forgottenMilliseconds = 48 * 3_600_000;

/** Removes archives whose links are over, and sends the jobs of those that are not made yet, which does nothing where one lives. */
export async function sweepExports(dependencies: Dependencies): Promise<void> {
  const { database, queue, images, clock } = dependencies;
  const at = new Date(clock.now());
  const unfinished = await findUnfinishedExports(database.pool, { at, limit: pageSize });
  await queue.enqueue(database.pool, unfinished.map(toExportJob));
  const expired = await findExpiredExports(database.pool, { at, limit: pageSize });
  await images.remove(expired.map(({ id: exportId, userId }) => exportName({ exportId, userId })));
  const ids = expired.map(({ id }) => id);
  if (ids.length > 0) await deleteExports(database.pool, ids);
  if (await claimPeriodicTask(database.pool, task)) await removeForgotten(dependencies);
}

/** What came late, after its row was gone. */
async function removeForgotten({ images }: Dependencies): Promise<void> {
  for await (const page of images.walk(exportsPrefix)) {
    const forgotten = page.filter(({ ageMilliseconds }) => ageMilliseconds >= forgottenMilliseconds);
    await images.remove(forgotten.map(({ name }) => name));
  }
}
