import type { Connection } from './database.ts';

export interface DeletedGeneration {
  readonly outcome: 'deleted' | 'unfinished';
  /** Of the pictures whose rows went with it. */
  readonly blobNames: readonly string[];
}

/**
 * Removes an ended generation with its log and those of its pictures that no other generation uses as an input; a picture
 * that is used stays with its owner. Undefined when the user has no such generation.
 */
export async function deleteGenerationRows(
  connection: Connection,
  { generationId, userId }: { readonly generationId: string; readonly userId: string },
): Promise<DeletedGeneration | undefined> {
  const held = await connection.query<{ ended: boolean }>({
    name: 'hold-generation',
    text: `SELECT status IN ('SUCCEEDED', 'FAILED', 'CANCELLED') AS ended
      FROM "Generation" WHERE id = $1 AND "userId" = $2 FOR UPDATE`,
    values: [generationId, userId],
  });
  const row = held.rows[0];
  if (row === undefined) return undefined;
  if (!row.ended) return { outcome: 'unfinished', blobNames: [] };
  // By a statement of its own: whoever is about to use one of them as an input has it locked until that is written.
  await connection.query({
    name: 'hold-images',
    text: 'SELECT FROM "Image" WHERE "generationId" = $1 FOR UPDATE',
    values: [generationId],
  });
  const images = await connection.query<{ blobName: string }>({
    name: 'delete-images',
    text: `DELETE FROM "Image" i WHERE i."generationId" = $1
      AND NOT EXISTS (SELECT FROM "GenerationInput" used WHERE used."imageId" = i.id AND used."generationId" <> $1)
      RETURNING i."blobName"`,
    values: [generationId],
  });
  await connection.query({
    name: 'delete-generation',
    text: 'DELETE FROM "Generation" WHERE id = $1',
    values: [generationId],
  });
  return { outcome: 'deleted', blobNames: images.rows.map((image) => image.blobName) };
}
