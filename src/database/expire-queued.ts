import type { Connection } from './database.ts';

export interface Expiry {
  readonly at: Date;
  /** How many at the most. */
  readonly limit: number;
}

// One process at a time, which is enough: it settles the quotas of many users, in any order, and two that did so would wait for each
// other. One that a worker is just claiming is passed over: from then on the deadline is the worker's affair. No lock in a statement
// of its own, since this reads nothing but the rows that it changes: a queued generation has no picture and one event.
const text = `
  WITH due AS (
    SELECT id, extract(epoch FROM "deadlineAt" - "createdAt")::int AS seconds FROM "Generation"
    WHERE status = 'QUEUED' AND "deadlineAt" IS NOT NULL AND "deadlineAt" <= $1 AND (SELECT pg_try_advisory_xact_lock(7042))
    ORDER BY "deadlineAt" LIMIT $2 FOR UPDATE SKIP LOCKED
  ), worded AS (
    SELECT id, format('The deadline of %s passed before a worker was free.',
      CASE seconds WHEN 1 THEN '1 second' ELSE seconds || ' seconds' END) AS message
    FROM due
  ), changed AS (
    UPDATE "Generation" g SET status = 'FAILED', "finishedAt" = $1, "lastSequence" = "lastSequence" + 1,
      failure = jsonb_build_object('code', 'TIMED_OUT', 'message', worded.message, 'retryable', true, 'stage', NULL,
        'categories', '[]'::jsonb)
    FROM worded WHERE g.id = worded.id
    RETURNING g.id, g."lastSequence", worded.message
  ), event AS (
    INSERT INTO "GenerationEvent" ("generationId", sequence, at, type, message, status, "imagesStored")
    SELECT id, "lastSequence", $1, 'FAILED', message, 'FAILED', 0 FROM changed
  )
  SELECT id FROM changed`;

/** Ends queued generations whose deadline has passed as FAILED, those that are overdue longest first. Answers their ids. */
export async function expireQueuedRows(connection: Connection, { at, limit }: Expiry): Promise<readonly string[]> {
  const query = { name: 'expire-queued', text, values: [at, limit] };
  const result = await connection.query<{ id: string }>(query);
  return result.rows.map(({ id }) => id);
}
