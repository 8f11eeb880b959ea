import type { Audit } from '../database/audit.ts';
import { deleteGenerationRows } from '../database/delete-generation.ts';
import { NotFound, NotPossible } from '../domain/user-errors.ts';
import { withVariants } from '../storage/blob-names.ts';
import type { GenerationDependencies } from './dependencies.ts';

type Dependencies = Pick<GenerationDependencies, 'database' | 'queue'>;

export interface ToDelete {
  readonly generationId: string;
  readonly userId: string;
  readonly audit: Pick<Audit, 'write'>;
}

/**
 * Removes an ended generation, its log and those of its pictures that nobody else uses. The bytes follow soon after, by a
 * job of the same transaction. Throws `NotFound` and `NotPossible`.
 */
export async function deleteGeneration(
  { database, queue }: Dependencies,
  { generationId, userId, audit }: ToDelete,
): Promise<void> {
  await database.transaction(async (connection) => {
    const deleted = await deleteGenerationRows(connection, { generationId, userId });
    if (deleted === undefined) throw new NotFound('generation');
    if (deleted.outcome === 'unfinished') throw new NotPossible('Only a generation that has ended can be deleted.');
    await audit.write(connection, { action: 'generation.delete', objectId: generationId });
    const names = deleted.blobNames.flatMap(withVariants);
    if (names.length === 0) return;
    await queue.enqueue(connection, [{ name: 'remove-blobs', data: { names }, key: generationId }]);
  });
  queue.wake('remove-blobs');
}
