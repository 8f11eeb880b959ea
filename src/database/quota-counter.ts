import { findWindow, type QuotaCount, type QuotaLimits } from '../domain/quota.ts';
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

/** Begins a new day, and a new month where it is one, as it stands at that moment. */
export async function turnQuotaDay(
  connection: Connection,
  { subjectId, at }: { readonly subjectId: string; readonly at: Date },
): Promise<void> {
  const isNewMonth = '"monthAt" < $3::timestamptz';
  const text = `
    UPDATE "QuotaCounter" SET "dayAt" = $2, "dayCount" = 0, "daySpentUsd" = 0, "dayReservedUsd" = 0,
      "monthAt" = GREATEST("monthAt", $3), "monthSpentUsd" = CASE WHEN ${isNewMonth} THEN 0 ELSE "monthSpentUsd" END,
      "monthReservedUsd" = CASE WHEN ${isNewMonth} THEN 0 ELSE "monthReservedUsd" END
    WHERE "subjectId" = $1 AND "dayAt" < $2`;
  const values = [subjectId, findWindow('day', at)[0], findWindow('month', at)[0]];
  await connection.query({ name: 'turn-quota-day', text, values });
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
