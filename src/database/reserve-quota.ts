import type { QuotaLimits, QuotaUse } from '../domain/quota.ts';
import type { Connection } from './database.ts';

/** Whose limits they are. */
export interface QuotaSubject {
  readonly kind: 'user' | 'api-key';
  readonly id: string;
}

export interface QuotaReservation {
  readonly subject: QuotaSubject;
  /** Of the generation, or of its own where there is none. */
  readonly id: string;
  readonly use: QuotaUse;
  readonly at: Date;
  /** Where the subject has none of its own. */
  readonly defaults: QuotaLimits;
}

export interface ReservedQuota {
  /** Those that hold; empty where nothing is limited. */
  readonly limits: QuotaLimits;
  /** False where nothing was counted: nothing is limited, a limit would be exceeded, or there is no counter yet. */
  readonly counted: boolean;
}

// A window never goes back: the clocks of two processes may differ by a little.
const at = 'GREATEST($3::timestamptz, c."minuteAt")';
const startOf = (window: string) => `date_trunc('${window}', ${at}, 'UTC')`;
const inWindow = (window: string, column: string) =>
  `CASE WHEN c."${window}At" = ${startOf(window)} THEN c."${column}" ELSE 0 END`;
const limit = (kind: string) => `(subject.limits ->> '${kind}')::numeric`;
const minuteCount = `${inWindow('minute', 'minuteCount')} + 1`;
const isGeneration = `$5::text = 'GENERATION'`;
const withinCount = (count: string, kind: string) => `COALESCE(${count} <= ${limit(kind)}, true)`;

/** Of what has no known price there may be one more as long as anything is left. */
function withinBudget(window: 'day' | 'month', kind: string): string {
  const taken = `${inWindow(window, `${window}SpentUsd`)} + ${inWindow(window, `${window}ReservedUsd`)}`;
  const fits = `CASE WHEN $4::numeric IS NULL THEN ${taken} < ${limit(kind)} ELSE ${taken} + $4::numeric <= ${limit(kind)} END`;
  return `($5::text IN ('UPLOAD', 'EXPORT') OR COALESCE(${fits}, true))`;
}

function toText(table: 'User' | 'ApiKey', userId: string): string {
  return `
  WITH subject AS (
    SELECT id, ${userId} AS "userId", jsonb_strip_nulls($6::jsonb || COALESCE(quota, '{}')) AS limits FROM "${table}" WHERE id = $1
  ), counted AS (
    UPDATE "QuotaCounter" c SET
      queued = c.queued + (${isGeneration})::int,
      "minuteAt" = ${startOf('minute')}, "minuteCount" = ${minuteCount},
      "dayAt" = ${startOf('day')}, "dayCount" = ${inWindow('day', 'dayCount')} + (${isGeneration})::int,
      "daySpentUsd" = ${inWindow('day', 'daySpentUsd')},
      "dayReservedUsd" = ${inWindow('day', 'dayReservedUsd')} + COALESCE($4::numeric, 0),
      "monthAt" = ${startOf('month')}, "monthSpentUsd" = ${inWindow('month', 'monthSpentUsd')},
      "monthReservedUsd" = ${inWindow('month', 'monthReservedUsd')} + COALESCE($4::numeric, 0)
    FROM subject
    WHERE c."subjectId" = subject.id AND subject.limits <> '{}'
      AND ${withinCount(minuteCount, 'PER_MINUTE')}
      AND (NOT ${isGeneration} OR ${withinCount('c.queued + 1', 'QUEUED')})
      AND (NOT ${isGeneration} OR ${withinCount(`${inWindow('day', 'dayCount')} + 1`, 'PER_DAY')})
      AND ${withinBudget('day', 'USD_PER_DAY')}
      AND ${withinBudget('month', 'USD_PER_MONTH')}
    RETURNING subject.id, subject."userId", ${at} AS at
  ), entry AS (
    INSERT INTO "QuotaLedger" (id, "subjectId", "userId", kind, state, at, "reservedUsd")
    SELECT $2, id, "userId", $5, CASE WHEN ${isGeneration} THEN 'QUEUED' ELSE 'SETTLED' END, at, COALESCE($4::numeric, 0) FROM counted
  )
  SELECT limits, EXISTS (SELECT FROM counted) AS counted FROM subject`;
}

const statements = {
  user: { name: 'reserve-user-quota', text: toText('User', 'id') },
  'api-key': { name: 'reserve-key-quota', text: toText('ApiKey', '"userId"') },
} as const;

/**
 * Counts a request against the limits of a user or a key and enters it into the ledger, where it fits. The counter stays locked
 * until the transaction ends: this is its last statement but that for the user's key.
 */
export async function reserveQuotaRow(connection: Connection, reservation: QuotaReservation): Promise<ReservedQuota> {
  const { subject, id, use, at, defaults } = reservation;
  const costUsd = toCost(use);
  const values = [subject.id, id, at, costUsd, use.kind, JSON.stringify(defaults)];
  const { rows } = await connection.query<ReservedQuota>({ ...statements[subject.kind], values });
  return rows[0] ?? { limits: {}, counted: false };
}

/** Null where nobody knows. */
function toCost(use: QuotaUse): string | null {
  if (use.kind === 'GENERATION') return use.costUsd;
  return use.kind === 'ENHANCEMENT' ? null : '0';
}
