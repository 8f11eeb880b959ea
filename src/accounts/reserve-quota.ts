import { chargeCall } from '../database/charge-call.ts';
import type { Connection, Database, Transaction } from '../database/database.ts';
import { openQuotaCounter } from '../database/open-quota-counter.ts';
import { lockQuotaCounter, readQuotaCounter, turnQuotaDay } from '../database/quota-counter.ts';
import { countCall, isNotCounted, type QuotaReservation } from '../database/reserve-quota.ts';
import type { Clock } from '../domain/clock.ts';
import { findExceeded, type QuotaCount, type QuotaLimits, type QuotaUse, toQuotas } from '../domain/quota.ts';
import { QuotaExceeded } from '../domain/user-errors.ts';
import { type Asker, type LimitedSubject, readLimited } from './quota-subjects.ts';
import { findFullQuota, type QuotaQuestion } from './read-quotas.ts';

export interface Reservation {
  readonly subjects: readonly LimitedSubject[];
  readonly use: QuotaUse;
  readonly at: Date;
}

/** Answers what the last statement of the transaction has to count. Its failure is what `isNotCounted` knows. */
export type Reserve = (transaction: Transaction, reservation: Reservation) => Promise<readonly QuotaReservation[]>;

/**
 * Runs a transaction that accepts a generation, and that reserves by what it is given for that. Runs it a second time where there
 * was no counter yet, or a new day begins. Throws `QuotaExceeded`; then nothing of it is left.
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
    const reservations = toEach(reservation);
    for (const one of reservations) await holdRoom(transaction, one);
    return reservations;
  });
}

/** Together with the COMMIT, so that the counters are locked for no round trip. */
const reserveAtLast: Reserve = async (_, reservation) => toEach(reservation);

/** Counts what is no generation, under an id of its own. Throws `QuotaExceeded`, which undoes the transaction. */
export async function reserveQuota(
  connection: Connection,
  { id, ...reservation }: Reservation & { readonly id: string },
): Promise<void> {
  for (const one of toEach(reservation)) {
    const call = { ...one, id };
    if (await countCall(connection, call)) continue;
    // Refused without a lock here too.
    const seen = await readQuotaCounter(connection, call.subject.id);
    if (seen !== undefined) refuseFull(seen, call);
    await holdRoom(connection, call);
    if (await countCall(connection, call)) continue;
    throw new Error(`A request was refused within its limits: ${JSON.stringify(call.limits)}`);
  }
}

function toEach({ subjects, use, at }: Reservation): readonly QuotaReservation[] {
  return subjects.map((limited) => ({ ...limited, use, at }));
}

/** Makes the counter where it is missing, turns its day, and keeps it until the transaction ends. Throws `QuotaExceeded`. */
async function holdRoom(connection: Connection, reservation: QuotaReservation): Promise<void> {
  const { subject, at } = reservation;
  await openQuotaCounter(connection, { subject, at });
  await turnQuotaDay(connection, { subjectId: subject.id, at });
  refuseFull(await lockQuotaCounter(connection, subject.id), reservation);
}

function refuseFull(count: QuotaCount | undefined, { limits, use, at }: QuotaReservation): void {
  const full = findExceeded(toQuotas(limits, count, at), use);
  if (full !== undefined) throw new QuotaExceeded(full);
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
