import type { Connection } from './database.ts';

// By a statement of its own: what the next one reads was written by those who had the counter before.
const lock = 'SELECT FROM "QuotaCounter" WHERE "subjectId" = $1 FOR UPDATE';

const unfinished = `g.status IN ('QUEUED', 'RUNNING', 'CANCELLING')`;

/** Those whose windows begin at the moment in `at`, and those that have not ended: two questions, for each has an index. */
const generations = (at: string, counted: string) => `
      SELECT 'GENERATION' AS kind, ${at} AS at, NULL::text AS status, "costUsd", NULL::numeric AS "reservedUsd" FROM "Generation" g
      WHERE ${counted} AND ${at} >= c."monthAt" AND NOT ${unfinished}
      UNION ALL
      SELECT 'GENERATION' AS kind, ${at} AS at, status, "costUsd", "reservedUsd" FROM "Generation" g
      WHERE g."userId" = c."userId" AND ${counted} AND ${at} IS NOT NULL AND ${unfinished}`;

const text = `
  WITH truth AS (
    SELECT c."subjectId",
      count(*) FILTER (WHERE l.status = 'QUEUED')::int AS queued,
      count(*) FILTER (WHERE l.status IN ('RUNNING', 'CANCELLING'))::int AS running,
      count(*) FILTER (WHERE l.at >= c."minuteAt")::int AS "minuteCount",
      count(*) FILTER (WHERE l.at >= c."dayAt" AND l.kind = 'GENERATION')::int AS "dayCount",
      COALESCE(sum(l."costUsd") FILTER (WHERE l.at >= c."dayAt"), 0) AS "daySpentUsd",
      COALESCE(sum(l."reservedUsd") FILTER (WHERE l.at >= c."dayAt"), 0) AS "dayReservedUsd",
      COALESCE(sum(l."costUsd") FILTER (WHERE l.at >= c."monthAt"), 0) AS "monthSpentUsd",
      COALESCE(sum(l."reservedUsd") FILTER (WHERE l.at >= c."monthAt"), 0) AS "monthReservedUsd"
    FROM "QuotaCounter" c LEFT JOIN LATERAL (
      SELECT kind, at, NULL::text AS status, "costUsd", NULL::numeric AS "reservedUsd" FROM "QuotaLedger"
      WHERE "userId" = c."userId" AND "subjectId" = c."subjectId"
      UNION ALL ${generations('g."countedForUserAt"', 'g."userId" = c."subjectId"')}
      UNION ALL ${generations('g."countedForKeyAt"', 'g."countedKeyId" = c."subjectId"')}
    ) AS l ON true
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

/** Makes a counter say what the generations and the ledger say. True when it did not. `connection` is that of a transaction. */
export async function recountQuota(connection: Connection, subjectId: string): Promise<boolean> {
  await connection.query({ name: 'lock-counter', text: lock, values: [subjectId] });
  const { rowCount } = await connection.query({ name: 'recount-quota', text, values: [subjectId] });
  return rowCount === 1;
}
