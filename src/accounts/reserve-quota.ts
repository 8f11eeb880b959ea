import { chargeCall } from '../database/charge-call.ts';
import type { Connection, Database } from '../database/database.ts';
import { openQuotaCounter } from '../database/open-quota-counter.ts';
import { lockQuotaCounter, readQuotaCounter } from '../database/quota-counter.ts';
import { type QuotaReservation, reserveQuotaRow } from '../database/reserve-quota.ts';
import type { Clock } from '../domain/clock.ts';
import { findExceeded, type QuotaLimits, type QuotaUse, toQuotas } from '../domain/quota.ts';
import { QuotaExceeded } from '../domain/user-errors.ts';
import { type Asker, findQuotaSubjects } from './quota-subjects.ts';

export interface Reservation {
  readonly asker: Asker;
  readonly id: string;
  readonly use: QuotaUse;
  readonly at: Date;
}

/**
 * Counts a request against the limits of who asks: the last statement of the transaction that accepts it, so that the counters are
 * locked for that and the commit alone. Throws `QuotaExceeded`, which undoes the transaction.
 */
export async function reserveQuota(
  connection: Connection,
  defaults: QuotaLimits,
  { asker, id, use, at }: Reservation,
): Promise<void> {
  for (const limited of findQuotaSubjects(asker, defaults)) await reserve(connection, { ...limited, id, use, at });
}

async function reserve(connection: Connection, reservation: QuotaReservation): Promise<void> {
  const { limits, counted } = await reserveQuotaRow(connection, reservation);
  if (counted || Object.keys(limits).length === 0) return;
  const { subject, id: exceptId, use, at } = reservation;
  // The usual refusal waits for nobody: whoever asks too much does not hold up the counter.
  const seen = await readQuotaCounter(connection, subject.id);
  const full = seen && findExceeded(toQuotas(limits, seen, at), use);
  if (full !== undefined) throw new QuotaExceeded(full);
  await openQuotaCounter(connection, { subject, at, exceptId });
  // Under its lock nobody gives back in between what the first try was short of: the answer fits the numbers.
  const count = await lockQuotaCounter(connection, subject.id);
  const again = await reserveQuotaRow(connection, reservation);
  if (again.counted || Object.keys(again.limits).length === 0) return;
  const exceeded = findExceeded(toQuotas(again.limits, count, at), use);
  if (exceeded === undefined)
    throw new Error(`A request was refused within its limits: ${JSON.stringify(again.limits)}`);
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
  const reservation = { asker, id, use, at: new Date(clock.now()) };
  await database.transaction((connection) => reserveQuota(connection, quotaDefaults, reservation));
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
