import type { Connection } from './database.ts';

export interface NewInputImage {
  readonly id: string;
  readonly userId: string;
  /** Of the bytes as they were received, which is how the same picture is known again. */
  readonly sha256: string;
  readonly blobName: string;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  readonly thumbHash: string;
  readonly createdAt: Date;
}

/** An input image as far as a generation is concerned. */
export interface InputImage {
  readonly id: string;
  readonly blobName: string;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
}

// The update changes nothing: without one, a row that somebody else has just written would not be returned.
const text = `
  INSERT INTO "Image" (id, "userId", origin, sha256, "blobName", "mediaType", width, height, "sizeBytes", "thumbHash",
    "createdAt")
  VALUES ($1, $2, 'INPUT', $3, $4, $5, $6, $7, $8, $9, $10)
  ON CONFLICT ("userId", sha256) WHERE origin = 'INPUT' DO UPDATE SET sha256 = EXCLUDED.sha256
  RETURNING id, "blobName", "mediaType", width, height, "sizeBytes"`;

/** The row of a picture whose bytes are stored already; where the user has sent these bytes before, the one that there is. */
export async function insertInputImage(connection: Connection, image: NewInputImage): Promise<InputImage> {
  const { id, userId, sha256, blobName, mediaType, width, height, sizeBytes, thumbHash, createdAt } = image;
  const facts = [mediaType, width, height, sizeBytes, thumbHash, createdAt];
  const values = [id, userId, sha256, blobName, ...facts];
  const result = await connection.query<InputImage>({ name: 'insert-input-image', text, values });
  const [row] = result.rows;
  if (row === undefined) throw new Error('An input image was neither written nor found.');
  return row;
}
