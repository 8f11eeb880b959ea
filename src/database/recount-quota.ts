import type { Connection } from './database.ts';

// By a statement of its own: what the next one reads was written by those who had the counter before.
const lock = 'SELECT FROM "QuotaCounter" WHERE "subjectId" = $1 FOR UPDATE';

const text = `
  WITH truth AS (
    SELECT c."subjectId",
      count(l.id) FILTER (WHERE l.state = 'QUEUED')::int AS queued,
      count(l.id) FILTER (WHERE l.state = 'RUNNING')::int AS running,
      count(l.id) FILTER (WHERE l.at >= c."minuteAt")::int AS "minuteCount",
      count(l.id) FILTER (WHERE l.at >= c."dayAt" AND l.kind = 'GENERATION')::int AS "dayCount",
      COALESCE(sum(l."costUsd") FILTER (WHERE l.at >= c."dayAt"), 0) AS "daySpentUsd",
      COALESCE(sum(l."reservedUsd") FILTER (WHERE l.at >= c."dayAt" AND l.state <> 'SETTLED'), 0) AS "dayReservedUsd",
      COALESCE(sum(l."costUsd") FILTER (WHERE l.at >= c."monthAt"), 0) AS "monthSpentUsd",
      COALESCE(sum(l."reservedUsd") FILTER (WHERE l.at >= c."monthAt" AND l.state <> 'SETTLED'), 0) AS "monthReservedUsd"
    FROM "QuotaCounter" c LEFT JOIN "QuotaLedger" l ON l."userId" = c."userId" AND l."subjectId" = c."subjectId"
    WHERE c."subjectId" = $1 GROUP BY c."subjectId"
  )
  UPDATE "QuotaCounter" c SET queued = truth.queued, running = truth.running, "minuteCount" = truth."minuteCount",
    "dayCount" = truth."dayCount", "daySpentUsd" = truth."daySpentUsd", "dayReservedUsd" = truth."dayReservedUsd",
    "monthSpentUsd" = truth."monthSpentUsd", "monthReservedUsd" = truth."monthReservedUsd"
  FROM truth
  WHERE c."subjectId" = truth."subjectId" AND (c.queued, c.running, c."minuteCount", c."dayCount", c."daySpentUsd",
    c."dayReservedUsd", c."monthSpentUsd", c."monthReservedUsd") IS DISTINCT FROM (truth.queued, truth.running,
    truth."minuteCount", truth."dayCount", truth."daySpentUsd", truth."dayReservedUsd", truth."monthSpentUsd",
    truth."monthReservedUsd")`;

/** Makes a counter say what the ledger says. True when it did not. `connection` is that of a transaction. */
export async function recountQuota(connection: Connection, subjectId: string): Promise<boolean> {
  await connection.query({ name: 'lock-counter', text: lock, values: [subjectId] });
  const { rowCount } = await connection.query({ name: 'recount-quota', text, values: [subjectId] });
  return rowCount === 1;
}
