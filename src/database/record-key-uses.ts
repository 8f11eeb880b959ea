import type { Connection } from './database.ts';

export interface KeyUse {
  readonly apiKeyId: string;
  readonly at: Date;
}

const text = `
  UPDATE "ApiKey" AS key SET "lastUsedAt" = used.at FROM unnest($1::uuid[], $2::timestamptz[]) AS used (id, at)
  WHERE key.id = used.id AND (key."lastUsedAt" IS NULL OR key."lastUsedAt" < used.at)`;

/** Many at once. */
export async function recordKeyUses(connection: Connection, uses: readonly KeyUse[]): Promise<void> {
  const values = [uses.map(({ apiKeyId }) => apiKeyId), uses.map(({ at }) => at)];
  await connection.query({ name: 'record-key-uses', text, values });
}
