import type { Connection } from './database.ts';

/** Of whom something is counted. */
export async function findQuotaCounters(connection: Connection): Promise<readonly string[]> {
  const query = {
    name: 'find-quota-counters',
    text: 'SELECT "subjectId" AS id FROM "QuotaCounter" ORDER BY "subjectId"',
  };
  const { rows } = await connection.query<{ id: string }>(query);
  return rows.map(({ id }) => id);
}

/** Forgets what no window counts any more: what is older than a month that is over. */
export async function removeSettledEntries(connection: Connection, at: Date): Promise<void> {
  const text = `
    DELETE FROM "QuotaLedger" WHERE at < date_trunc('month', $1::timestamptz, 'UTC') - interval '1 month'`;
  await connection.query({ name: 'remove-settled-entries', text, values: [at] });
}
