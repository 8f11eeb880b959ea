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
  /** Of the generation, or of its own where there is none. */
  readonly id: string;
  readonly use: QuotaUse;
  readonly at: Date;
}

export interface ReservationPart {
  /** Of the part of the WITH that has a row where the request was counted. */
  readonly name: string;
  /** A part with one row that comes before, and without which nothing is counted. */
  readonly source?: string;
  readonly firstParameter: number;
}

const kinds = ['PER_MINUTE', 'QUEUED', 'PER_DAY', 'USD_PER_DAY', 'USD_PER_MONTH'] as const satisfies QuotaKind[];
export const reservationColumnCount = 15;

/**
 * The parts of a WITH that count a request and enter it into the ledger, where it fits. A limit that is null is none. A window never
 * goes back: the clocks of two processes may differ by a little. That of the minute begins anew here; a new day is left to
 * `turnQuotaDay`, so that the usual statement is short.
 */
export function toReservation({ name, source, firstParameter }: ReservationPart): string {
  const places = toPlaces(firstParameter, reservationColumnCount);
  const [subject, id, at, kind, state, count, usd, neededUsd, minute, day, ...limits] = places;
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
  ), ${name}_entry AS (
    INSERT INTO "QuotaLedger" (id, "subjectId", "userId", kind, state, at, "reservedUsd")
    SELECT ${id}, "subjectId", "userId", ${kind}, ${state}, at, ${usd} FROM ${name}
  )`;
}

export function toReservationValues({ subject, limits, id, use, at }: QuotaReservation): unknown[] {
  const isGeneration = use.kind === 'GENERATION';
  const costUsd = use.kind === 'GENERATION' ? (use.costUsd ?? '0') : '0';
  const windows = (['minute', 'day'] as const).map((window) => findWindow(window, at)[0].toISOString());
  const allowed = kinds.map((kind) => (isHeldTo(kind, use) ? (limits[kind] ?? null) : null));
  const entry = [use.kind, isGeneration ? 'QUEUED' : 'SETTLED', isGeneration ? 1 : 0, costUsd];
  return [subject.id, id, at.toISOString(), ...entry, toNeededUsd(use), ...windows, ...allowed];
}

const text = `
  WITH ${toReservation({ name: 'counted', firstParameter: 1 })}
  SELECT EXISTS (SELECT FROM counted) AS counted`;

/**
 * Counts a request against the limits of a user or a key and enters it into the ledger, where it fits. False where nothing was
 * counted: a limit would be exceeded, or there is no counter yet for this day. The counter stays locked until the transaction ends.
 */
export async function reserveQuotaRow(connection: Connection, reservation: QuotaReservation): Promise<boolean> {
  const query = { name: 'reserve-quota', text, values: toReservationValues(reservation) };
  const { rows } = await connection.query<{ counted: boolean }>(query);
  return rows[0]?.counted ?? false;
}

/** Whether a transaction was undone because one of its statements counts, and could not. */
export function isNotCounted(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === 'DQ001';
}
