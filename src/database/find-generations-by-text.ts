import type { Connection } from './database.ts';

export interface TextQuestion {
  readonly userId: string;
  /** As people type into a search box: words, "quoted words", -without. */
  readonly text: string;
  /** Null, here and below, where anything will do. */
  readonly statuses: readonly string[] | null;
  readonly models: readonly string[] | null;
  readonly providers: readonly string[] | null;
  readonly createdAfter: Date | null;
  readonly createdBefore: Date | null;
  readonly olderThan: string | null;
  readonly newerThan: string | null;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
}

/** One page of a user's generations, by id, of which some wording matches the text. */
export async function findGenerationsByText(
  connection: Connection,
  question: TextQuestion,
): Promise<readonly string[]> {
  const text = `
    SELECT g.id FROM "Generation" g
    WHERE g."userId" = $1
      AND EXISTS (SELECT FROM "Prompt" p WHERE p."generationId" = g.id
        AND to_tsvector('simple', p.text) @@ websearch_to_tsquery('simple', $2))
      AND ($3::text[] IS NULL OR g.status = ANY($3))
      AND ($4::text[] IS NULL OR g."modelSlug" = ANY($4))
      AND ($5::text[] IS NULL OR g.provider = ANY($5))
      AND ($6::timestamptz IS NULL OR g."createdAt" > $6)
      AND ($7::timestamptz IS NULL OR g."createdAt" < $7)
      AND ($8::uuid IS NULL OR g.id < $8)
      AND ($9::uuid IS NULL OR g.id > $9)
    ORDER BY g.id ${question.order === 'asc' ? 'ASC' : 'DESC'} LIMIT $10`;
  const { userId, statuses, models, providers, createdAfter, createdBefore, olderThan, newerThan, limit } = question;
  const filters = [statuses, models, providers, createdAfter, createdBefore, olderThan, newerThan, limit];
  const result = await connection.query<{ id: string }>(text, [userId, question.text, ...filters]);
  return result.rows.map((row) => row.id);
}
