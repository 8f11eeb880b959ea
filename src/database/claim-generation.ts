import type { GenerationOptions, GenerationRequest } from '../domain/generation-request.ts';
import type { GenerationStatus } from '../domain/generation-status.ts';
import type { QuotaLimits } from '../domain/quota.ts';
import type { Connection } from './database.ts';
import { someLimit } from './find-startable.ts';

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
  /** The words of the claim's event; null for the first claim. */
  readonly message: string | null;
  /** Workers in a row that were lost while they worked on it and got no further. */
  readonly lostWorkers: number;
  readonly attempts: number;
  /** Calls that no run has seen the end of, oldest first. */
  readonly openAttempts: readonly OpenAttempt[];
  /** Positions of the pictures that have a row already. */
  readonly storedPositions: readonly number[];
  readonly previewNumber: number;
  readonly hasInputs: boolean;
  /** Whether the wording was made better already. */
  readonly enhanced: boolean;
  /** Whether only so many of its user's or key's may run: others may wait for its end. */
  readonly limited: boolean;
}

/** A call whose end is not known: RUNNING when the last worker let go of it, or given up as UNKNOWN before. */
export interface OpenAttempt {
  readonly number: number;
  readonly kind: 'ENHANCE' | 'GENERATE';
  /** The slug of the model. */
  readonly model: string;
  readonly outcome: 'RUNNING' | 'UNKNOWN';
  readonly providerRequestId: string | null;
  /** Whether its provider was given an address to tell when it is done. */
  readonly hasWebhook: boolean;
  /** As ISO 8601. */
  readonly startedAt: string;
  readonly positions: readonly number[];
}

interface HeldGeneration {
  readonly userId: string;
  /** Whether only so many may run. */
  readonly limited: boolean;
  readonly full: boolean;
}

/** As many generations of its user or key run as may. */
export class RunningLimitReached extends Error {
  override readonly name = 'RunningLimitReached';
  readonly userId: string;

  constructor(userId: string) {
    super('As many generations run as may.');
    this.userId = userId;
  }
}

export interface Claim {
  readonly generationId: string;
  readonly leaseToken: string;
  readonly at: Date;
}

// By a statement of its own: one that has to wait for a step of the last run still reads attempts and pictures as they
// were before that step. Whose limits are full is a first look, which costs little where many wait for one to end.
const lock = `
  SELECT "userId", ${someLimit('$2', 'may IS NOT NULL')} AS limited,
    status = 'QUEUED' AND ${someLimit('$2', 'count >= may')} AS full
  FROM "Generation" g WHERE id = $1 FOR UPDATE`;

// The claim has counted itself by now, and holds the counters: the limit is exact.
const check = `SELECT ${someLimit('$2', 'count > may')} AS full FROM "Generation" g WHERE id = $1`;

const text = `
  WITH held AS (
    SELECT id, status, status <> 'QUEUED' AND "leaseToken" IS NOT NULL AS lost FROM "Generation"
    WHERE id = $1 AND status IN ('QUEUED', 'RUNNING', 'CANCELLING')
  ), changed AS (
    UPDATE "Generation" g SET "leaseToken" = $2, "lastSequence" = "lastSequence" + 1,
      status = CASE held.status WHEN 'CANCELLING' THEN 'CANCELLING' ELSE 'RUNNING' END,
      "startedAt" = COALESCE("startedAt", $3), "lostWorkers" = "lostWorkers" + held.lost::int
    FROM held WHERE g.id = held.id
    RETURNING g.*, held.status <> 'QUEUED' AS "takenOver",
      CASE WHEN held.lost THEN $4 WHEN held.status <> 'QUEUED' THEN $5 END AS message
  ), event AS (
    INSERT INTO "GenerationEvent" ("generationId", sequence, at, type, message, status, stage, "imagesStored")
    SELECT id, "lastSequence", $3, 'STARTED', message, status, 'PREPARING_INPUTS',
      (SELECT count(*) FROM "Image" WHERE "generationId" = $1)
    FROM changed
  )
  SELECT id, "userId", "lastSequence" AS sequence, status, "modelSlug", request, "effectivePrompt", "negativePrompt", options,
    "createdAt", "startedAt", "deadlineAt", "takenOver", message, "lostWorkers",
    (SELECT count(*)::int FROM "Attempt" WHERE "generationId" = $1) AS attempts,
    ARRAY(
      SELECT jsonb_build_object('number', number, 'kind', kind, 'model', model, 'outcome', outcome,
        'providerRequestId', "providerRequestId", 'hasWebhook', "webhookToken" IS NOT NULL, 'startedAt', "startedAt",
        'positions', positions)
      FROM "Attempt" WHERE "generationId" = $1 AND outcome IN ('RUNNING', 'UNKNOWN') ORDER BY number
    ) AS "openAttempts",
    ARRAY(SELECT position FROM "Image" WHERE "generationId" = $1 ORDER BY position) AS "storedPositions",
    COALESCE((SELECT "previewNumber" FROM "GenerationTick" WHERE "generationId" = $1), 0) AS "previewNumber",
    EXISTS (SELECT FROM "GenerationInput" WHERE "generationId" = $1) AS "hasInputs",
    EXISTS (SELECT FROM "GenerationEvent" WHERE "generationId" = $1 AND type = 'PROMPT_ENHANCED') AS enhanced
  FROM changed`;

const lostMessage = 'Taken over from a worker that was lost.';
const stoppedMessage = 'Taken over from a worker that stopped.';

/**
 * Takes a generation for one run: from now on only writes with this lease token change it. Undefined when the generation has
 * ended or was deleted. Throws `RunningLimitReached` when as many run as may: then the transaction is to be undone. `connection` is
 * that of a transaction.
 */
export async function claimGeneration(
  connection: Connection,
  claim: Claim,
  defaults: QuotaLimits = {},
): Promise<ClaimedGeneration | undefined> {
  const whose = [claim.generationId, JSON.stringify(defaults)];
  const query = { name: 'lock-generation', text: lock, values: whose };
  const [held] = (await connection.query<HeldGeneration>(query)).rows;
  if (held?.full) throw new RunningLimitReached(held.userId);
  const values = [claim.generationId, claim.leaseToken, claim.at, lostMessage, stoppedMessage];
  const result = await connection.query<Omit<ClaimedGeneration, 'limited'>>({ name: 'claim-generation', text, values });
  const [claimed] = result.rows;
  if (claimed === undefined || held === undefined) return undefined;
  if (held.limited && !claimed.takenOver) await checkRunning(connection, held, whose);
  return { ...claimed, limited: held.limited };
}

async function checkRunning(
  connection: Connection,
  { userId }: HeldGeneration,
  whose: readonly string[],
): Promise<void> {
  const { rows } = await connection.query<{ full: boolean }>({
    name: 'check-running',
    text: check,
    values: [...whose],
  });
  if (rows[0]?.full) throw new RunningLimitReached(userId);
}
