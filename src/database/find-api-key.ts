import type { Connection } from './database.ts';

/** A key, with what matters of its user. */
export interface FoundApiKey {
  readonly apiKeyId: string;
  readonly secretHash: Buffer;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly userId: string;
  readonly issuer: string;
  readonly subject: string;
  readonly role: string;
  readonly disabledAt: Date | null;
}

const text = `
  SELECT key.id AS "apiKeyId", key."secretHash", key.scopes, key."expiresAt", key."revokedAt",
    owner.id AS "userId", owner.issuer, owner.subject, owner.role, owner."disabledAt"
  FROM "ApiKey" AS key JOIN "User" AS owner ON owner.id = key."userId" WHERE key.prefix = $1`;

/** Whether it still works is for the reader to see. */
export async function findApiKey(connection: Connection, prefix: string): Promise<FoundApiKey | undefined> {
  const result = await connection.query<FoundApiKey>({ name: 'find-api-key', text, values: [prefix] });
  return result.rows[0];
}
