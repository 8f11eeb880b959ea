import type { GenerationOptions, GenerationRequest } from '../domain/generation-request.ts';
import type { GenerationStatus } from '../domain/generation-status.ts';
import type { Connection } from './database.ts';

/** What a run needs to know, read by the statement that claims. */
export interface ClaimedGeneration {
  readonly id: string;
  readonly userId: string;
  readonly sequence: number;
  readonly status: GenerationStatus;
  readonly modelSlug: string;
  readonly request: GenerationRequest;
  readonly effectivePrompt: string;
  readonly negativePrompt: string | null;
  readonly options: GenerationOptions;
  readonly createdAt: Date;
  /** Null for none. */
  readonly deadlineAt: Date | null;
  readonly startedAt: Date;
  /** True when another worker had it before. */
  readonly takenOver: boolean;
  readonly attempts: number;
  /** True when pictures were being made: whether the provider did the work is not known. */
  readonly cutOff: boolean;
  /** Positions of the pictures that have a row already. */
  readonly storedPositions: readonly number[];
  readonly previewNumber: number;
  readonly hasInputs: boolean;
  /** Whether the wording was made better already. */
  readonly enhanced: boolean;
}

export interface Claim {
  readonly generationId: string;
  readonly leaseToken: string;
  readonly at: Date;
}

// By a statement of its own: one that has to wait for a step of the last run still reads attempts and pictures as they
// were before that step.
const lock = 'SELECT FROM "Generation" WHERE id = $1 FOR UPDATE';

const text = `
  WITH held AS (
    SELECT id, status FROM "Generation"
    WHERE id = $1 AND status IN ('QUEUED', 'RUNNING', 'CANCELLING')
  ), changed AS (
    UPDATE "Generation" g SET "leaseToken" = $2, "lastSequence" = "lastSequence" + 1,
      status = CASE held.status WHEN 'CANCELLING' THEN 'CANCELLING' ELSE 'RUNNING' END,
      "startedAt" = COALESCE("startedAt", $3)
    FROM held WHERE g.id = held.id
    RETURNING g.*, held.status <> 'QUEUED' AS "takenOver"
  ), event AS (
    INSERT INTO "GenerationEvent" ("generationId", sequence, at, type, message, status, stage, "imagesStored")
    SELECT id, "lastSequence", $3, 'STARTED', CASE WHEN "takenOver" THEN $4 END, status, 'PREPARING_INPUTS',
      (SELECT count(*) FROM "Image" WHERE "generationId" = $1)
    FROM changed
  ), cut_off AS (
    UPDATE "Attempt" SET outcome = 'UNKNOWN', "finishedAt" = $3
    FROM changed WHERE "generationId" = changed.id AND outcome = 'RUNNING'
    RETURNING kind
  )
  SELECT id, "userId", "lastSequence" AS sequence, status, "modelSlug", request, "effectivePrompt", "negativePrompt", options,
    "createdAt", "deadlineAt", "startedAt", "takenOver",
    (SELECT count(*)::int FROM "Attempt" WHERE "generationId" = $1) AS attempts,
    EXISTS (SELECT FROM cut_off WHERE kind = 'GENERATE') AS "cutOff",
    ARRAY(SELECT position FROM "Image" WHERE "generationId" = $1 ORDER BY position) AS "storedPositions",
    COALESCE((SELECT "previewNumber" FROM "GenerationTick" WHERE "generationId" = $1), 0) AS "previewNumber",
    EXISTS (SELECT FROM "GenerationInput" WHERE "generationId" = $1) AS "hasInputs",
    EXISTS (SELECT FROM "GenerationEvent" WHERE "generationId" = $1 AND type = 'PROMPT_ENHANCED') AS enhanced
  FROM changed`;

/** The words of the event when a lost worker is replaced. */
export const takenOverMessage = 'Taken over from a worker that was lost.';

/**
 * Takes a generation for one run: from now on only writes with this lease token change it. An attempt that was under
 * way is closed as UNKNOWN. Undefined when the generation has ended or was deleted. `connection` is that of a transaction.
 */
export async function claimGeneration(connection: Connection, claim: Claim): Promise<ClaimedGeneration | undefined> {
  await connection.query({ name: 'lock-generation', text: lock, values: [claim.generationId] });
  const values = [claim.generationId, claim.leaseToken, claim.at, takenOverMessage];
  const result = await connection.query<ClaimedGeneration>({ name: 'claim-generation', text, values });
  return result.rows[0];
}
