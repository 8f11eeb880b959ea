import type { Connection } from './database.ts';
import type { NewImage } from './insert-image.ts';

export interface LateImage extends NewImage {
  readonly generationId: string;
  readonly at: Date;
}

const text = `
  WITH ended AS (
    SELECT id FROM "Generation" WHERE id = $1 AND status IN ('SUCCEEDED', 'FAILED', 'CANCELLED') FOR UPDATE
  ), image AS (
    INSERT INTO "Image" (id, "userId", origin, sha256, "blobName", "mediaType", width, height, "sizeBytes", "thumbHash",
      seed, "generationId", "attemptNumber", position, "createdAt")
    SELECT $2, $3, 'GENERATED', $4, $5, $6, $7, $8, $9, $10, $11, id, $12, $13, $14 FROM ended
    ON CONFLICT DO NOTHING
    RETURNING id
  )
  SELECT id FROM image`;

/**
 * Keeps a picture that came after its generation had ended. The log and the status stay as they are. False where the generation
 * goes on in another run, is gone, or has this picture.
 */
export async function insertLateImage(connection: Connection, image: LateImage): Promise<boolean> {
  const { sha256, blobName, mediaType, width, height, sizeBytes, thumbHash, seed, attempt, position } = image;
  const facts = [sha256, blobName, mediaType, width, height, sizeBytes, thumbHash, seed];
  const values = [image.generationId, image.id, image.userId, ...facts, attempt, position, image.at];
  const result = await connection.query({ name: 'insert-late-image', text, values });
  return result.rowCount === 1;
}
