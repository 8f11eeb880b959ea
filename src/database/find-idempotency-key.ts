import type { Connection } from './database.ts';

export interface KnownKey {
  readonly inputHash: string;
  /** Null when it was deleted. */
  readonly generationId: string | null;
}

const text = `
  SELECT "inputHash", "generationId" FROM "IdempotencyKey" WHERE "userId" = $1 AND key = $2 AND "expiresAt" > $3`;

/** What a key of this user stands for; undefined when it is free or has expired. */
export async function findIdempotencyKey(
  connection: Connection,
  question: { readonly userId: string; readonly key: string; readonly at: Date },
): Promise<KnownKey | undefined> {
  const values = [question.userId, question.key, question.at];
  const result = await connection.query<KnownKey>({ name: 'find-idempotency-key', text, values });
  return result.rows[0];
}
