import type { Connection } from './database.ts';

export interface FetchedInput {
  readonly generationId: string;
  readonly position: number;
  readonly imageId: string;
}

const text = `
  WITH held AS (
    SELECT id FROM "Image" WHERE id = $3 FOR KEY SHARE
  )
  UPDATE "GenerationInput" SET "imageId" = held.id FROM held WHERE "generationId" = $1 AND position = $2`;

/** Says which image a URL turned out to be. Does nothing where the generation or the image is gone. */
export async function setInputImage(connection: Connection, fetched: FetchedInput): Promise<void> {
  const values = [fetched.generationId, fetched.position, fetched.imageId];
  await connection.query({ name: 'set-input-image', text, values });
}
