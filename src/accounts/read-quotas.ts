import type { Connection } from '../database/database.ts';
import { readQuotaCounter } from '../database/quota-counter.ts';
import { findExceeded, isLimited, type Quota, type QuotaLimits, type QuotaUse, toQuotas } from '../domain/quota.ts';
import { type Asker, type LimitedSubject, readLimited } from './quota-subjects.ts';

/** The limits of a user or a key, with what is used of them. */
export async function readQuotas(
  connection: Connection,
  { subject, limits }: LimitedSubject,
  at: Date,
): Promise<readonly Quota[]> {
  return isLimited(limits) ? toQuotas(limits, await readQuotaCounter(connection, subject.id), at) : [];
}

export interface QuotaQuestion {
  readonly asker: Asker;
  readonly use: QuotaUse;
  readonly at: Date;
}

/** The first limit of somebody that this would go beyond, as far as can be seen without waiting for anybody. */
export async function findFullQuota(
  connection: Connection,
  defaults: QuotaLimits,
  { asker, use, at }: QuotaQuestion,
): Promise<Quota | undefined> {
  const subjects = await readLimited(connection, asker, defaults);
  const quotas = await Promise.all(subjects.map((subject) => readQuotas(connection, subject, at)));
  return findExceeded(quotas.flat(), use);
}
