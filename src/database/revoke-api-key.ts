import type { Connection } from './database.ts';

export interface RevokedApiKey {
  readonly prefix: string;
  /** False where it was revoked before. */
  readonly changed: boolean;
}

const text = `
  WITH revoked AS (
    UPDATE "ApiKey" SET "revokedAt" = $3 WHERE id = $1 AND "userId" = $2 AND "revokedAt" IS NULL RETURNING id)
  SELECT prefix, EXISTS (SELECT FROM revoked) AS changed FROM "ApiKey" WHERE id = $1 AND "userId" = $2`;

/** Undefined when the user has no such key. */
export async function revokeApiKeyRow(
  connection: Connection,
  { apiKeyId, userId, at }: { readonly apiKeyId: string; readonly userId: string; readonly at: Date },
): Promise<RevokedApiKey | undefined> {
  const values = [apiKeyId, userId, at];
  const result = await connection.query<RevokedApiKey>({ name: 'revoke-api-key', text, values });
  return result.rows[0];
}
