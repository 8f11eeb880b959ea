import pg from 'pg';
import { findWindow, isHeldTo, type QuotaKind, type QuotaLimits, type QuotaUse, toNeededUsd } from '../domain/quota.ts';
import type { Connection } from './database.ts';
import { toPlaces } from './parameters.ts';

/** Whose limits they are. */
export interface QuotaSubject {
  readonly kind: 'user' | 'api-key';
  readonly id: string;
}

export interface QuotaReservation {
  readonly subject: QuotaSubject;
  /** What the subject is held to. */
  readonly limits: QuotaLimits;
  readonly use: QuotaUse;
  readonly at: Date;
}

export interface CountPart {
  /** Of the part of the WITH that has a row where the request was counted. */
  readonly name: string;
  /** A part with one row that comes before, and without which nothing is counted. */
  readonly source?: string | undefined;
  readonly firstParameter: number;
}

const kinds = ['PER_MINUTE', 'QUEUED', 'PER_DAY', 'USD_PER_DAY', 'USD_PER_MONTH'] as const satisfies QuotaKind[];
export const countColumnCount = 12;

/**
 * The part of a WITH that counts a request where it fits, and tells in whose windows: `at`. A limit that is null is none. A window
 * never goes back: the clocks of two processes may differ by a little. That of the minute begins anew here; a new day is left to
 * `turnQuotaDay`, so that the usual statement is short.
 */
export function toCount({ name, source, firstParameter }: CountPart): string {
  const [subject, at, count, usd, neededUsd, minute, day, ...limits] = toPlaces(firstParameter, countColumnCount);
  const [perMinute, queued, perDay, usdPerDay, usdPerMonth] = limits;
  const minuteCount = `CASE WHEN c."minuteAt" >= ${minute} THEN c."minuteCount" ELSE 0 END + 1`;
  return `${name} AS (
    UPDATE "QuotaCounter" c SET "minuteAt" = GREATEST(c."minuteAt", ${minute}), "minuteCount" = ${minuteCount},
      queued = c.queued + ${count}, "dayCount" = c."dayCount" + ${count},
      "dayReservedUsd" = c."dayReservedUsd" + ${usd}, "monthReservedUsd" = c."monthReservedUsd" + ${usd}
    ${source === undefined ? '' : `FROM ${source}`}
    WHERE c."subjectId" = ${subject} AND c."dayAt" >= ${day}
      AND (${minuteCount} <= ${perMinute}::bigint) IS NOT FALSE
      AND (c.queued + ${count} <= ${queued}::bigint) IS NOT FALSE
      AND (c."dayCount" + ${count} <= ${perDay}::bigint) IS NOT FALSE
      AND (c."daySpentUsd" + c."dayReservedUsd" + ${neededUsd} <= ${usdPerDay}::numeric) IS NOT FALSE
      AND (c."monthSpentUsd" + c."monthReservedUsd" + ${neededUsd} <= ${usdPerMonth}::numeric) IS NOT FALSE
    RETURNING c."subjectId", c."userId", GREATEST(${at}::timestamptz, c."minuteAt") AS at
  )`;
}

export function toCountValues({ subject, limits, use, at }: QuotaReservation): unknown[] {
  const windows = (['minute', 'day'] as const).map((window) => findWindow(window, at)[0].toISOString());
  const allowed = kinds.map((kind) => (isHeldTo(kind, use) ? (limits[kind] ?? null) : null));
  const count = use.kind === 'GENERATION' ? 1 : 0;
  return [subject.id, at.toISOString(), count, toReservedUsd(use) ?? '0', toNeededUsd(use), ...windows, ...allowed];
}

/** Null where nobody knows what it may cost. */
export function toReservedUsd(use: QuotaUse): string | null {
  return use.kind === 'GENERATION' ? use.costUsd : null;
}

const [id, kind] = toPlaces(1 + countColumnCount, 2);
const text = `
  WITH ${toCount({ name: 'counted', firstParameter: 1 })}, entry AS (
    INSERT INTO "QuotaLedger" (id, "subjectId", "userId", kind, at)
    SELECT ${id}, "subjectId", "userId", ${kind}, at FROM counted
  )
  SELECT EXISTS (SELECT FROM counted) AS counted`;

/** A call that is no generation, and has no row of its own to tell of it. */
export interface CallReservation extends QuotaReservation {
  readonly id: string;
}

/**
 * Counts a call against the limits of a user or a key and enters it into the ledger, where it fits. False where nothing was
 * counted: a limit would be exceeded, or there is no counter yet for this day. The counter stays locked until the transaction ends.
 */
export async function countCall(connection: Connection, call: CallReservation): Promise<boolean> {
  const query = { name: 'count-call', text, values: [...toCountValues(call), call.id, call.use.kind] };
  const { rows } = await connection.query<{ counted: boolean }>(query);
  return rows[0]?.counted ?? false;
}

/** Whether a transaction was undone because one of its statements counts, and could not. */
export function isNotCounted(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === 'DQ001';
}
