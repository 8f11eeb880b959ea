import pg from 'pg';
import { findWindow, isHeldTo, type QuotaKind, type QuotaLimits, type QuotaUse, toNeededUsd } from '../domain/quota.ts';
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

const kinds = ['PER_MINUTE', 'QUEUED', 'PER_DAY', 'USD_PER_DAY', 'USD_PER_MONTH'] as const satisfies QuotaKind[];

// A window never goes back: the clocks of two processes may differ by a little. That of the minute begins anew here; a new day is
// left to `turnQuotaDay`, so that the usual statement is short.
const minuteCount = 'CASE WHEN c."minuteAt" >= $9 THEN c."minuteCount" ELSE 0 END + 1';

// A limit that is null is none.
const text = `
  WITH counted AS (
    UPDATE "QuotaCounter" c SET "minuteAt" = GREATEST(c."minuteAt", $9), "minuteCount" = ${minuteCount},
      queued = c.queued + $6, "dayCount" = c."dayCount" + $6,
      "dayReservedUsd" = c."dayReservedUsd" + $7, "monthReservedUsd" = c."monthReservedUsd" + $7
    WHERE c."subjectId" = $1 AND c."dayAt" >= $10
      AND (${minuteCount} <= $11::bigint) IS NOT FALSE
      AND (c.queued + $6 <= $12::bigint) IS NOT FALSE
      AND (c."dayCount" + $6 <= $13::bigint) IS NOT FALSE
      AND (c."daySpentUsd" + c."dayReservedUsd" + $8 <= $14::numeric) IS NOT FALSE
      AND (c."monthSpentUsd" + c."monthReservedUsd" + $8 <= $15::numeric) IS NOT FALSE
    RETURNING c."subjectId", c."userId", GREATEST($3::timestamptz, c."minuteAt") AS at
  ), entry AS (
    INSERT INTO "QuotaLedger" (id, "subjectId", "userId", kind, state, at, "reservedUsd")
    SELECT $2, "subjectId", "userId", $4, $5, at, $7 FROM counted
  )
  SELECT CASE WHEN EXISTS (SELECT FROM counted) THEN true WHEN $16::boolean THEN refuse_quota() ELSE false END AS counted`;

/**
 * Counts a request against the limits of a user or a key and enters it into the ledger, where it fits. False where nothing was
 * counted: a limit would be exceeded, or there is no counter yet for this day. The counter stays locked until the transaction ends.
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
  const isGeneration = use.kind === 'GENERATION';
  const costUsd = use.kind === 'GENERATION' ? (use.costUsd ?? '0') : '0';
  const windows = (['minute', 'day'] as const).map((window) => findWindow(window, at)[0].toISOString());
  const allowed = kinds.map((kind) => (isHeldTo(kind, use) ? (limits[kind] ?? null) : null));
  const entry = [use.kind, isGeneration ? 'QUEUED' : 'SETTLED', isGeneration ? 1 : 0, costUsd];
  const values = [subject.id, id, at.toISOString(), ...entry, toNeededUsd(use), ...windows, ...allowed, mustCount];
  return { name: 'reserve-quota', text, values };
}
