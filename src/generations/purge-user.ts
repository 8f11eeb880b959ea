import { createAudit } from '../database/audit.ts';
import { deleteGenerationRows } from '../database/delete-generation.ts';
import {
  deleteImageRows,
  findEndedGenerations,
  findImages,
  findRunningGenerations,
} from '../database/find-belongings.ts';
import { deleteRetiredUser, findRetiredUsers } from '../database/retire-user.ts';
import { crashPoint } from '../domain/crash-point.ts';
import { exportPrefix, generationPrefix, inputPrefix, withVariants } from '../storage/blob-names.ts';
import { cancelGeneration } from './cancel.ts';
import { toPurgeJob } from './delete-my-data.ts';
import type { GenerationDependencies } from './dependencies.ts';
import { waitForEnd } from './wait-for-end.ts';

type Dependencies = Pick<
  GenerationDependencies,
  'database' | 'queue' | 'images' | 'announce' | 'hub' | 'clock' | 'createId' | 'log'
>;

export interface Purge {
  readonly userId: string;
  /** Aborts when the process begins to stop. */
  readonly drain: AbortSignal;
}

const pageSize = 100;
/** A provider that does not let go is waited for by the next job. */
const waitMilliseconds = 30_000;

/**
 * Removes all that a retired user has, bytes before the rows that name them: wherever it is cut off, the next one finds what is left.
 * What cannot be removed yet stays, and the user with it: `sendPurges` has it done again. Throws `StorageError`.
 */
export async function purgeUser(dependencies: Dependencies, purge: Purge): Promise<void> {
  await removeBelow(dependencies.images, exportPrefix(purge.userId));
  await stopGenerations(dependencies, purge);
  await removeGenerations(dependencies, purge);
  await removeImages(dependencies, purge);
  crashPoint('before-purge-end');
  await removeAccount(dependencies, purge);
}

/** Sends the jobs of all whose things are still there, which does nothing where one lives. */
export async function sendPurges({ database, queue }: Dependencies): Promise<void> {
  const userIds = await findRetiredUsers(database.pool);
  await queue.enqueue(database.pool, userIds.map(toPurgeJob));
}

async function stopGenerations(dependencies: Dependencies, { userId, drain }: Purge): Promise<void> {
  const ids = await findRunningGenerations(dependencies.database.pool, { userId, limit: pageSize });
  for (const generationId of ids) await cancelGeneration(dependencies, { generationId, userId, audit: null });
  const wait = { userId, milliseconds: waitMilliseconds, signals: [drain] };
  await Promise.all(ids.map((generationId) => waitForEnd(dependencies, { generationId, ...wait })));
}

async function removeGenerations(dependencies: Dependencies, purge: Purge): Promise<void> {
  const { database } = dependencies;
  const { userId, drain } = purge;
  for (;;) {
    const ids = await findEndedGenerations(database.pool, { userId, limit: pageSize });
    if (ids.length === 0) return;
    for (const generationId of ids) {
      drain.throwIfAborted();
      await removeGeneration(dependencies, { generationId, userId });
    }
  }
}

async function removeGeneration(
  { database, images }: Dependencies,
  owned: { readonly generationId: string; readonly userId: string },
): Promise<void> {
  // As the storage has them: what was stored late has no row.
  const blobs = await images.list(generationPrefix(owned.generationId));
  await images.remove(blobs.map(({ name }) => name));
  crashPoint('after-purged-blobs');
  await database.transaction((connection) => deleteGenerationRows(connection, owned));
  crashPoint('after-purged-generation');
}

/** Those that were sent, and outputs that have outlived their generation. */
async function removeImages({ database, images }: Dependencies, { userId, drain }: Purge): Promise<void> {
  for (;;) {
    drain.throwIfAborted();
    const page = await findImages(database.pool, { userId, limit: pageSize });
    if (page.length === 0) break;
    await images.remove(page.flatMap(({ blobName }) => withVariants(blobName)));
    await deleteImageRows(
      database.pool,
      page.map(({ id }) => id),
    );
  }
  await removeBelow(images, inputPrefix(userId));
}

async function removeBelow(images: Dependencies['images'], prefix: string): Promise<void> {
  for await (const page of images.walk(prefix)) await images.remove(page.map(({ name }) => name));
}

async function removeAccount(dependencies: Dependencies, { userId }: Purge): Promise<void> {
  const actor = { userId: null, credential: 'system', apiKeyId: null, address: null, requestId: null } as const;
  const audit = createAudit(dependencies, actor);
  await dependencies.database.transaction(async (connection) => {
    if (!(await deleteRetiredUser(connection, userId))) return;
    await audit.write(connection, { action: 'data.delete', objectId: userId, details: { state: 'completed' } });
  });
}
