import type { Connection } from './database.ts';
import { recountQuota } from './recount-quota.ts';
import type { QuotaSubject } from './reserve-quota.ts';

export interface CounterToOpen {
  readonly subject: QuotaSubject;
  readonly at: Date;
}

const insert = (table: string, userId: string) => `
  INSERT INTO "QuotaCounter" ("subjectId", "userId", "minuteAt", "dayAt", "monthAt")
  SELECT id, ${userId}, date_trunc('minute', $2::timestamptz, 'UTC'), date_trunc('day', $2::timestamptz, 'UTC'),
    date_trunc('month', $2::timestamptz, 'UTC')
  FROM "${table}" WHERE id = $1
  ON CONFLICT DO NOTHING`;

const inserts = {
  user: { name: 'open-user-quota', text: insert('User', 'id') },
  'api-key': { name: 'open-key-quota', text: insert('ApiKey', '"userId"') },
} as const;

// Those that can still change: what the next statement reads of them stays true until it is counted.
const lock = `
  SELECT FROM "Generation" WHERE "userId" = $1 AND status IN ('QUEUED', 'RUNNING', 'CANCELLING')
    ORDER BY id FOR UPDATE`;

const enter = `
  UPDATE "Generation" SET "countedForUserAt" = "createdAt"
  WHERE "userId" = $1 AND "countedForUserAt" IS NULL
    AND ("createdAt" >= date_trunc('month', $2::timestamptz, 'UTC') OR status IN ('QUEUED', 'RUNNING', 'CANCELLING'))`;

/**
 * Makes the counter of a user or key who is limited from now on. What a user has asked for before, this month, is counted: what it
 * may cost is not known. False where it was there already. `connection` is that of a transaction.
 */
export async function openQuotaCounter(connection: Connection, { subject, at }: CounterToOpen): Promise<boolean> {
  const made = await connection.query({ ...inserts[subject.kind], values: [subject.id, at] });
  if (made.rowCount === 0) return false;
  await enterHistory(connection, { subject, at });
  return true;
}

/** Also counts what was asked for while nothing was limited. */
export async function enterHistory(connection: Connection, { subject, at }: CounterToOpen): Promise<void> {
  if (subject.kind === 'user') {
    await connection.query({ name: 'lock-unfinished', text: lock, values: [subject.id] });
    await connection.query({ name: 'enter-quota-history', text: enter, values: [subject.id, at] });
  }
  await recountQuota(connection, subject.id);
}
