import type { GenerationStatus } from '../domain/generation-status.ts';
import type { Connection } from './database.ts';
import { type AuditEntry, toAuditInsert, toAuditValues } from './insert-audit-entry.ts';

export interface Cancellation {
  readonly generationId: string;
  readonly userId: string;
  readonly at: Date;
  /** Written where something changes. Null where that is part of something else that is written down. */
  readonly auditEntry: AuditEntry | null;
}

export interface CancelledGeneration {
  /** False when it had ended, or was asked to stop before: then nothing was written. */
  readonly changed: boolean;
  readonly status: GenerationStatus;
}

// By a statement of its own: one that has to wait for a step still reads the log as it was before that step.
const lock = 'SELECT FROM "Generation" WHERE id = $1 AND "userId" = $2 FOR UPDATE';

const text = `
  WITH held AS (
    SELECT id, status FROM "Generation" WHERE id = $1 AND "userId" = $2
  ), changed AS (
    UPDATE "Generation" g SET "lastSequence" = "lastSequence" + 1,
      status = CASE held.status WHEN 'QUEUED' THEN 'CANCELLED' ELSE 'CANCELLING' END,
      "finishedAt" = CASE held.status WHEN 'QUEUED' THEN $3::timestamptz END
    FROM held WHERE g.id = held.id AND held.status IN ('QUEUED', 'RUNNING')
    RETURNING g.id, g."lastSequence", g.status
  ), newest AS (
    SELECT e.* FROM "GenerationEvent" e, changed
    WHERE e."generationId" = changed.id AND e.sequence = changed."lastSequence" - 1
  ), event AS (
    INSERT INTO "GenerationEvent" ("generationId", sequence, at, type, attempt, status, stage, fraction, step, "totalSteps",
      "imagesStored")
    SELECT changed.id, changed."lastSequence", $3,
      CASE changed.status WHEN 'CANCELLED' THEN 'CANCELLED' ELSE 'CANCEL_REQUESTED' END, newest.attempt, changed.status,
      newest.stage, newest.fraction, newest.step, newest."totalSteps", newest."imagesStored"
    FROM changed, newest
  ), audited AS (
    ${toAuditInsert(4, 'changed WHERE $4::uuid IS NOT NULL')}
  )
  SELECT changed.id IS NOT NULL AS changed, COALESCE(changed.status, held.status) AS status
  FROM held LEFT JOIN changed ON true`;

/**
 * A queued generation ends here, at no cost; a running one is asked to stop, and its worker ends it. Undefined when the
 * user has no such generation. `connection` is that of a transaction.
 */
export async function cancelGenerationRow(
  connection: Connection,
  { generationId, userId, at, auditEntry }: Cancellation,
): Promise<CancelledGeneration | undefined> {
  const owned = [generationId, userId];
  const values = [...owned, at, ...toAuditValues(auditEntry)];
  // Sent together: whoever asks at the same moment waits for the lock no longer than for the COMMIT.
  const [, result] = await Promise.all([
    connection.query({ name: 'lock-own-generation', text: lock, values: owned }),
    connection.query<CancelledGeneration>({ name: 'cancel-generation', text, values }),
  ]);
  return result.rows[0];
}
