import type { QuotaCount, QuotaLimits } from '../domain/quota.ts';
import type { Connection } from './database.ts';

const columns = `queued, running, "minuteAt", "minuteCount", "dayAt", "dayCount", "daySpentUsd", "dayReservedUsd", "monthAt",
  "monthSpentUsd", "monthReservedUsd"`;

/** Undefined before the first limited request. */
export async function readQuotaCounter(connection: Connection, subjectId: string): Promise<QuotaCount | undefined> {
  const text = `SELECT ${columns} FROM "QuotaCounter" WHERE "subjectId" = $1`;
  const { rows } = await connection.query<QuotaCount>({ name: 'read-quota-counter', text, values: [subjectId] });
  return rows[0];
}

/** The same, and nobody changes it until the transaction ends. */
export async function lockQuotaCounter(connection: Connection, subjectId: string): Promise<QuotaCount | undefined> {
  const text = `SELECT ${columns} FROM "QuotaCounter" WHERE "subjectId" = $1 FOR UPDATE`;
  const { rows } = await connection.query<QuotaCount>({ name: 'lock-quota-counter', text, values: [subjectId] });
  return rows[0];
}

/** What users and keys have of their own; null for who has none. */
export interface OwnLimits {
  readonly user: QuotaLimits | null;
  readonly apiKey: QuotaLimits | null;
}

/** `apiKeyId` is null for who came without a key. */
export async function readOwnLimits(
  connection: Connection,
  { userId, apiKeyId }: { readonly userId: string; readonly apiKeyId: string | null },
): Promise<OwnLimits> {
  const text = `
    SELECT (SELECT quota FROM "User" WHERE id = $1) AS "user", (SELECT quota FROM "ApiKey" WHERE id = $2) AS "apiKey"`;
  const { rows } = await connection.query<OwnLimits>({ name: 'read-own-limits', text, values: [userId, apiKeyId] });
  return rows[0] ?? { user: null, apiKey: null };
}
