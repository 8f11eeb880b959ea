import type { Connection } from './database.ts';

export interface ListedApiKey {
  readonly prefix: string;
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly scopes: readonly string[];
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface KeyOwner {
  readonly issuer: string;
  readonly subject: string;
}

const text = `
  SELECT key.prefix, key.name, owner.issuer, owner.subject, key.scopes, key."lastUsedAt", key."expiresAt", key."revokedAt"
  FROM "ApiKey" AS key JOIN "User" AS owner ON owner.id = key."userId"
  WHERE $1::text IS NULL OR (owner.issuer = $1 AND owner.subject = $2::text) ORDER BY key.id DESC LIMIT 1000`;

/** Of this user, or everybody's: the newest thousand, newest first. For an operator. */
export async function listApiKeys(connection: Connection, owner?: KeyOwner): Promise<readonly ListedApiKey[]> {
  const values = [owner?.issuer, owner?.subject];
  return (await connection.query<ListedApiKey>({ name: 'list-api-keys', text, values })).rows;
}
