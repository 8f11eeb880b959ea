import type { Connection } from './database.ts';

interface Question {
  readonly userId: string;
  readonly limit: number;
}

export async function findEndedGenerations(connection: Connection, question: Question): Promise<readonly string[]> {
  const condition = `status IN ('SUCCEEDED', 'FAILED', 'CANCELLED')`;
  return findGenerations(connection, { name: 'find-ended-of-user', condition, question });
}

export async function findRunningGenerations(connection: Connection, question: Question): Promise<readonly string[]> {
  const condition = `status IN ('QUEUED', 'RUNNING', 'CANCELLING')`;
  return findGenerations(connection, { name: 'find-running-of-user', condition, question });
}

interface Search {
  readonly name: string;
  readonly condition: string;
  readonly question: Question;
}

async function findGenerations(
  connection: Connection,
  { name, condition, question }: Search,
): Promise<readonly string[]> {
  const text = `SELECT id FROM "Generation" WHERE "userId" = $1 AND ${condition} ORDER BY id LIMIT $2`;
  const { rows } = await connection.query<{ id: string }>({ name, text, values: [question.userId, question.limit] });
  return rows.map(({ id }) => id);
}

export interface OwnedImage {
  readonly id: string;
  readonly blobName: string;
}

export async function findImages(connection: Connection, { userId, limit }: Question): Promise<readonly OwnedImage[]> {
  const text = 'SELECT id, "blobName" FROM "Image" WHERE "userId" = $1 ORDER BY id LIMIT $2';
  const query = { name: 'find-images-of-user', text, values: [userId, limit] };
  const { rows } = await connection.query<OwnedImage>(query);
  return rows;
}

export async function deleteImageRows(connection: Connection, imageIds: readonly string[]): Promise<void> {
  const text = 'DELETE FROM "Image" WHERE id = ANY($1::uuid[])';
  await connection.query({ name: 'delete-images-of-user', text, values: [imageIds] });
}

export interface StoredPicture extends OwnedImage {
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly createdAt: Date;
}

/** The next ones by their ids. */
export async function findPicturesAfter(
  connection: Connection,
  { userId, limit, after }: Question & { readonly after: string },
): Promise<readonly StoredPicture[]> {
  const text = `SELECT id, "blobName", "mediaType", "sizeBytes", "createdAt" FROM "Image"
    WHERE "userId" = $1 AND id > $3 ORDER BY id LIMIT $2`;
  const query = { name: 'find-pictures-after', text, values: [userId, limit, after] };
  return (await connection.query<StoredPicture>(query)).rows;
}
