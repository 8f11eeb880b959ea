import type { Connection } from './database.ts';

export interface NewApiKey {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly prefix: string;
  readonly secretHash: Buffer;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** How many keys the user may have that are neither revoked nor expired, this one included. */
  readonly maxLiving: number;
}

const text = `
  INSERT INTO "ApiKey" (id, "userId", name, prefix, "secretHash", scopes, "createdAt", "expiresAt")
  SELECT $1, $2, $3, $4, $5, $6, $7, $8
  WHERE $9 > (SELECT count(*) FROM "ApiKey"
    WHERE "userId" = $2 AND "revokedAt" IS NULL AND ("expiresAt" IS NULL OR "expiresAt" > $7))`;

/** False where the user has too many. Exact only in a transaction that has locked the user. */
export async function insertApiKey(connection: Connection, key: NewApiKey): Promise<boolean> {
  const { id, userId, name, prefix, secretHash, scopes, createdAt, expiresAt, maxLiving } = key;
  const values = [id, userId, name, prefix, secretHash, scopes, createdAt, expiresAt, maxLiving];
  const result = await connection.query({ name: 'insert-api-key', text, values });
  return result.rowCount === 1;
}
