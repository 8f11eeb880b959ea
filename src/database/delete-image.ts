import type { Connection } from './database.ts';

export interface DeletedImage {
  /** `made`: it belongs to a generation that is still there. `used`: it is an input of one. */
  readonly outcome: 'deleted' | 'made' | 'used';
  readonly blobName: string;
}

interface HeldImage {
  readonly blobName: string;
  readonly generationId: string | null;
}

/**
 * Removes an image that no generation has made or uses. Undefined when the user has no such image. `connection` is that of
 * a transaction.
 */
export async function deleteImageRow(
  connection: Connection,
  { imageId, userId }: { readonly imageId: string; readonly userId: string },
): Promise<DeletedImage | undefined> {
  // By a statement of its own: one that has to wait for a generation that is being accepted would still not see its inputs.
  const held = await connection.query<HeldImage>({
    name: 'hold-image',
    text: `SELECT "blobName", "generationId" FROM "Image" WHERE id = $1 AND "userId" = $2 FOR UPDATE`,
    values: [imageId, userId],
  });
  const image = held.rows[0];
  if (image === undefined) return undefined;
  const { blobName } = image;
  if (image.generationId !== null) return { outcome: 'made', blobName };
  const deleted = await connection.query({
    name: 'delete-image',
    text: `DELETE FROM "Image" WHERE id = $1 AND NOT EXISTS (SELECT FROM "GenerationInput" WHERE "imageId" = $1)`,
    values: [imageId],
  });
  return { outcome: deleted.rowCount === 0 ? 'used' : 'deleted', blobName };
}
