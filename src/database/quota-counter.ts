import type { QuotaCount, QuotaLimits } from '../domain/quota.ts';
import type { Connection } from './database.ts';
import type { QuotaSubject } from './reserve-quota.ts';

const columns = `queued, running, "minuteAt", "minuteCount", "dayAt", "dayCount", "daySpentUsd", "dayReservedUsd", "monthAt",
  "monthSpentUsd", "monthReservedUsd"`;

/** Undefined before the first limited request. */
export async function readQuotaCounter(connection: Connection, subjectId: string): Promise<QuotaCount | undefined> {
  const text = `SELECT ${columns} FROM "QuotaCounter" WHERE "subjectId" = $1`;
  const { rows } = await connection.query<QuotaCount>({ name: 'read-quota-counter', text, values: [subjectId] });
  return rows[0];
}

/** The same, and nobody changes it until the transaction ends. */
export async function lockQuotaCounter(connection: Connection, subjectId: string): Promise<QuotaCount | undefined> {
  const text = `SELECT ${columns} FROM "QuotaCounter" WHERE "subjectId" = $1 FOR UPDATE`;
  const { rows } = await connection.query<QuotaCount>({ name: 'lock-quota-counter', text, values: [subjectId] });
  return rows[0];
}

export interface LimitedSubject {
  readonly subject: QuotaSubject;
  readonly defaults: QuotaLimits;
}

/** The limits that hold. Undefined where there is no such user or key. */
export async function readQuotaLimits(
  connection: Connection,
  { subject: { kind, id }, defaults }: LimitedSubject,
): Promise<QuotaLimits | undefined> {
  const table = kind === 'user' ? 'User' : 'ApiKey';
  const text = `SELECT jsonb_strip_nulls($2::jsonb || COALESCE(quota, '{}')) AS limits FROM "${table}" WHERE id = $1`;
  const query = { name: `read-${kind}-quota`, text, values: [id, JSON.stringify(defaults)] };
  const { rows } = await connection.query<{ limits: QuotaLimits }>(query);
  return rows[0]?.limits;
}
