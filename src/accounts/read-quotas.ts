import type { Connection } from '../database/database.ts';
import { type LimitedSubject, readQuotaCounter, readQuotaLimits } from '../database/quota-counter.ts';
import { type Quota, toQuotas } from '../domain/quota.ts';

/** The limits of a user or a key, with what is used of them. Undefined where there is no such one. */
export async function readQuotas(
  connection: Connection,
  limited: LimitedSubject,
  at: Date,
): Promise<readonly Quota[] | undefined> {
  const limits = await readQuotaLimits(connection, limited);
  if (limits === undefined || Object.keys(limits).length === 0) return limits === undefined ? undefined : [];
  return toQuotas(limits, await readQuotaCounter(connection, limited.subject.id), at);
}
