import pg from 'pg';
import { findWindow, type QuotaKind, type QuotaLimits, type QuotaUse, type Window } from '../domain/quota.ts';
import type { Connection, Transaction } from './database.ts';

/** Whose limits they are. */
export interface QuotaSubject {
  readonly kind: 'user' | 'api-key';
  readonly id: string;
}

export interface QuotaReservation {
  readonly subject: QuotaSubject;
  /** What the subject is held to. */
  readonly limits: QuotaLimits;
  /** Of the generation, or of its own where there is none. */
  readonly id: string;
  readonly use: QuotaUse;
  readonly at: Date;
}

const kinds = ['QUEUED', 'PER_MINUTE', 'PER_DAY', 'USD_PER_DAY', 'USD_PER_MONTH'] as const satisfies QuotaKind[];
const windows = ['minute', 'day', 'month'] as const satisfies Window[];

const isGeneration = `$5::text = 'GENERATION'`;
const costUsd = '$4::numeric';
const limit = (kind: (typeof kinds)[number]) =>
  `$${6 + kinds.indexOf(kind)}::${kind.startsWith('USD') ? 'numeric' : 'bigint'}`;
const begin = (window: Window) => `$${6 + kinds.length + windows.indexOf(window)}::timestamptz`;

// A window never goes back: the clocks of two processes may differ by a little.
const inWindow = (window: Window, column: string) =>
  `CASE WHEN c."${window}At" >= ${begin(window)} THEN c."${column}" ELSE 0 END`;
const startOf = (window: Window) => `GREATEST(c."${window}At", ${begin(window)})`;
const minuteCount = `${inWindow('minute', 'minuteCount')} + 1`;
const dayCount = `${inWindow('day', 'dayCount')} + (${isGeneration})::int`;
const withinCount = (count: string, kind: (typeof kinds)[number]) => `COALESCE(${count} <= ${limit(kind)}, true)`;

/** Of what has no known price there may be one more as long as anything is left. */
function withinBudget(window: 'day' | 'month', kind: 'USD_PER_DAY' | 'USD_PER_MONTH'): string {
  const taken = `${inWindow(window, `${window}SpentUsd`)} + ${inWindow(window, `${window}ReservedUsd`)}`;
  const fits = `CASE WHEN ${costUsd} IS NULL THEN ${taken} < ${limit(kind)} ELSE ${taken} + ${costUsd} <= ${limit(kind)} END`;
  return `($5::text IN ('UPLOAD', 'EXPORT') OR COALESCE(${fits}, true))`;
}

const text = `
  WITH counted AS (
    UPDATE "QuotaCounter" c SET
      queued = c.queued + (${isGeneration})::int,
      "minuteAt" = ${startOf('minute')}, "minuteCount" = ${minuteCount},
      "dayAt" = ${startOf('day')}, "dayCount" = ${dayCount}, "daySpentUsd" = ${inWindow('day', 'daySpentUsd')},
      "dayReservedUsd" = ${inWindow('day', 'dayReservedUsd')} + COALESCE(${costUsd}, 0),
      "monthAt" = ${startOf('month')}, "monthSpentUsd" = ${inWindow('month', 'monthSpentUsd')},
      "monthReservedUsd" = ${inWindow('month', 'monthReservedUsd')} + COALESCE(${costUsd}, 0)
    WHERE c."subjectId" = $1
      AND ${withinCount(minuteCount, 'PER_MINUTE')}
      AND (NOT ${isGeneration} OR ${withinCount('c.queued + 1', 'QUEUED')})
      AND (NOT ${isGeneration} OR ${withinCount(dayCount, 'PER_DAY')})
      AND ${withinBudget('day', 'USD_PER_DAY')}
      AND ${withinBudget('month', 'USD_PER_MONTH')}
    RETURNING c."subjectId", c."userId", GREATEST($3::timestamptz, c."minuteAt") AS at
  ), entry AS (
    INSERT INTO "QuotaLedger" (id, "subjectId", "userId", kind, state, at, "reservedUsd")
    SELECT $2, "subjectId", "userId", $5, CASE WHEN ${isGeneration} THEN 'QUEUED' ELSE 'SETTLED' END, at, COALESCE(${costUsd}, 0)
    FROM counted
  )
  SELECT CASE WHEN EXISTS (SELECT FROM counted) THEN true WHEN $14::boolean THEN refuse_quota() ELSE false END AS counted`;

/**
 * Counts a request against the limits of a user or a key and enters it into the ledger, where it fits. False where nothing was
 * counted: a limit would be exceeded, or there is no counter yet. The counter stays locked until the transaction ends.
 */
export async function reserveQuotaRow(connection: Connection, reservation: QuotaReservation): Promise<boolean> {
  const { rows } = await connection.query<{ counted: boolean }>(toStatement(reservation, false));
  return rows[0]?.counted ?? false;
}

/** The same together with the COMMIT. Where nothing was counted the transaction throws what `isNotCounted` knows. */
export function reserveQuotaAtLast(transaction: Transaction, reservation: QuotaReservation): void {
  transaction.atLast(toStatement(reservation, true));
}

export function isNotCounted(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === 'DQ001';
}

function toStatement({ subject, limits, id, use, at }: QuotaReservation, mustCount: boolean): pg.QueryConfig {
  const allowed = kinds.map((kind) => limits[kind] ?? null);
  const begins = windows.map((window) => findWindow(window, at)[0]);
  const values = [subject.id, id, at, toCost(use), use.kind, ...allowed, ...begins, mustCount];
  return { name: 'reserve-quota', text, values };
}

/** Null where nobody knows. */
function toCost(use: QuotaUse): string | null {
  if (use.kind === 'GENERATION') return use.costUsd;
  return use.kind === 'ENHANCEMENT' ? null : '0';
}
