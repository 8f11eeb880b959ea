import type { QuotaLimits } from '../domain/quota.ts';
import type { Connection } from './database.ts';

export interface QuotaChange {
  readonly userId: string;
  readonly quota: QuotaLimits;
}

/** False where there is no such user. */
export async function setUserQuota(connection: Connection, { userId, quota }: QuotaChange): Promise<boolean> {
  const text = 'UPDATE "User" SET quota = $2 WHERE id = $1';
  const query = { name: 'set-user-quota', text, values: [userId, JSON.stringify(quota)] };
  return (await connection.query(query)).rowCount === 1;
}

/** False where the user has no such key. */
export async function setKeyQuota(
  connection: Connection,
  { userId, quota, apiKeyId }: QuotaChange & { readonly apiKeyId: string },
): Promise<boolean> {
  const text = 'UPDATE "ApiKey" SET quota = $3 WHERE id = $1 AND "userId" = $2';
  const query = { name: 'set-key-quota', text, values: [apiKeyId, userId, JSON.stringify(quota)] };
  return (await connection.query(query)).rowCount === 1;
}
