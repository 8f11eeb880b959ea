import type { Audit } from '../database/audit.ts';
import type { Connection } from '../database/database.ts';
import { deleteImageRow } from '../database/delete-image.ts';
import { NotFound, NotPossible } from '../domain/user-errors.ts';
import { withVariants } from '../storage/blob-names.ts';
import type { InputDependencies } from './dependencies.ts';

/** What of the job queue is needed here. */
export interface RemovalQueue {
  enqueue(connection: Connection, jobs: readonly RemovalJob[]): Promise<void>;
  wake(name: RemovalJob['name']): void;
}

interface RemovalJob {
  readonly name: 'remove-blobs';
  readonly data: { readonly names: string[] };
  readonly key: string;
}

type Dependencies = Pick<InputDependencies, 'database'> & { readonly queue: RemovalQueue };

/**
 * Removes an image that no generation has made or uses. The bytes follow soon after, by a job of the same transaction.
 * Throws `NotFound` and `NotPossible`.
 */
export async function deleteImage(
  { database, queue }: Dependencies,
  { imageId, userId, audit }: { readonly imageId: string; readonly userId: string; readonly audit: Audit },
): Promise<void> {
  await database.transaction(async (connection) => {
    const deleted = await deleteImageRow(connection, { imageId, userId });
    if (deleted === undefined) throw new NotFound('image');
    if (deleted.outcome !== 'deleted') throw new NotPossible(reasons[deleted.outcome]);
    await audit.write(connection, { action: 'image.delete', objectId: imageId });
    const names = [...withVariants(deleted.blobName)];
    await queue.enqueue(connection, [{ name: 'remove-blobs', data: { names }, key: imageId }]);
  });
  queue.wake('remove-blobs');
}

const reasons = {
  made: 'A generation made this image. Delete the generation instead.',
  used: 'A generation uses this image. Delete the generation first.',
} as const;
