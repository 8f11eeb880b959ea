import type { Connection } from './database.ts';

export interface ImageTextQuestion {
  readonly userId: string;
  /** As people type into a search box: words, "quoted words", -without. */
  readonly text: string;
  /** Null, here and below, where anything will do. */
  readonly origin: string | null;
  readonly createdAfter: Date | null;
  readonly createdBefore: Date | null;
  readonly olderThan: string | null;
  readonly newerThan: string | null;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
}

/** One page of a user's images, by id, of whose generation some wording matches the text. */
export async function findImagesByText(
  connection: Connection,
  question: ImageTextQuestion,
): Promise<readonly string[]> {
  const text = `
    SELECT i.id FROM "Image" i
    WHERE i."userId" = $1
      AND EXISTS (SELECT FROM "Prompt" p WHERE p."generationId" = i."generationId"
        AND to_tsvector('simple', p.text) @@ websearch_to_tsquery('simple', $2))
      AND ($3::text IS NULL OR i.origin = $3)
      AND ($4::timestamptz IS NULL OR i."createdAt" > $4)
      AND ($5::timestamptz IS NULL OR i."createdAt" < $5)
      AND ($6::uuid IS NULL OR i.id < $6)
      AND ($7::uuid IS NULL OR i.id > $7)
    ORDER BY i.id ${question.order === 'asc' ? 'ASC' : 'DESC'} LIMIT $8`;
  const { userId, origin, createdAfter, createdBefore, olderThan, newerThan, limit } = question;
  const filters = [origin, createdAfter, createdBefore, olderThan, newerThan, limit];
  const result = await connection.query<{ id: string }>(text, [userId, question.text, ...filters]);
  return result.rows.map((row) => row.id);
}
