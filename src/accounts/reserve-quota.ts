import { chargeCall } from '../database/charge-call.ts';
import type { Connection, Database, Transaction } from '../database/database.ts';
import { openQuotaCounter } from '../database/open-quota-counter.ts';
import { lockQuotaCounter, readQuotaCounter, turnQuotaDay } from '../database/quota-counter.ts';
import { isNotCounted, type QuotaReservation, reserveQuotaRow } from '../database/reserve-quota.ts';
import type { Clock } from '../domain/clock.ts';
import { findExceeded, type QuotaLimits, type QuotaUse, toQuotas } from '../domain/quota.ts';
import { QuotaExceeded } from '../domain/user-errors.ts';
import { type Asker, type LimitedSubject, readLimited } from './quota-subjects.ts';
import { findFullQuota, type QuotaQuestion } from './read-quotas.ts';

export interface Reservation {
  readonly subjects: readonly LimitedSubject[];
  readonly id: string;
  readonly use: QuotaUse;
  readonly at: Date;
}

/**
 * Counts a request against the limits of those it is for, or answers what the last statement of the transaction has to count. Its
 * failure is what `isNotCounted` knows.
 */
export type Reserve = (transaction: Transaction, reservation: Reservation) => Promise<readonly QuotaReservation[]>;

/**
 * Runs a transaction that accepts a request, and that reserves by what it is given for that. Runs it a second time where there was
 * no counter yet, or a new day begins. Throws `QuotaExceeded`; then nothing of it is left.
 */
export async function withinQuota<Result>(
  { database, quotaDefaults }: Pick<Dependencies, 'database' | 'quotaDefaults'>,
  question: QuotaQuestion,
  transact: (reserve: Reserve) => Promise<Result>,
): Promise<Result> {
  try {
    return await transact(reserveAtLast);
  } catch (error) {
    if (!isNotCounted(error)) throw error;
  }
  // The usual refusal waits for nobody: whoever asks too much does not hold up the counter.
  const full = await findFullQuota(database.pool, quotaDefaults, question);
  if (full !== undefined) throw new QuotaExceeded(full);
  return transact(async (transaction, reservation) => {
    await reserveQuota(transaction, reservation);
    return [];
  });
}

/** Together with the COMMIT, so that the counters are locked for no round trip. */
const reserveAtLast: Reserve = async (_, reservation) => toEach(reservation);

/** Makes counters that are missing, and turns days. Throws `QuotaExceeded`, which undoes the transaction. */
export async function reserveQuota(connection: Connection, reservation: Reservation): Promise<void> {
  for (const one of toEach(reservation)) await reserve(connection, one);
}

function toEach({ subjects, id, use, at }: Reservation): readonly QuotaReservation[] {
  return subjects.map((limited) => ({ ...limited, id, use, at }));
}

async function reserve(connection: Connection, reservation: QuotaReservation): Promise<void> {
  if (await reserveQuotaRow(connection, reservation)) return;
  const { subject, limits, use, at } = reservation;
  // Refused without a lock here too.
  const seen = await readQuotaCounter(connection, subject.id);
  const full = seen && findExceeded(toQuotas(limits, seen, at), use);
  if (full !== undefined) throw new QuotaExceeded(full);
  await openQuotaCounter(connection, { subject, at });
  await turnQuotaDay(connection, { subjectId: subject.id, at });
  // Under its lock nobody gives back in between what the first try was short of: the answer fits the numbers.
  const count = await lockQuotaCounter(connection, subject.id);
  if (await reserveQuotaRow(connection, reservation)) return;
  const exceeded = findExceeded(toQuotas(limits, count, at), use);
  if (exceeded === undefined) throw new Error(`A request was refused within its limits: ${JSON.stringify(limits)}`);
  throw new QuotaExceeded(exceeded);
}

interface Dependencies {
  readonly database: Database;
  readonly quotaDefaults: QuotaLimits;
  readonly clock: Clock;
  readonly createId: () => string;
}

/** Counts what is no generation. Answers the entry. Throws `QuotaExceeded`. */
export async function reserveCall(
  { database, quotaDefaults, clock, createId }: Dependencies,
  asker: Asker,
  use: Exclude<QuotaUse, { readonly kind: 'GENERATION' }>,
): Promise<string> {
  const id = createId();
  const at = new Date(clock.now());
  const subjects = await readLimited(database.pool, asker, quotaDefaults);
  // Who has no limit at all costs no transaction.
  if (subjects.length > 0) await database.transaction((tx) => reserveQuota(tx, { subjects, id, use, at }));
  return id;
}

/** Adds what it has cost. Null where nobody knows. */
export async function settleCall(
  { database }: Pick<Dependencies, 'database'>,
  { id, costUsd }: { readonly id: string; readonly costUsd: string | null },
): Promise<void> {
  if (costUsd === null || Number(costUsd) === 0) return;
  await database.transaction((connection) => chargeCall(connection, { id, costUsd }));
}
