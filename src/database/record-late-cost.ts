import type { Connection } from './database.ts';

export interface LateCost {
  readonly generationId: string;
  /** The number of the attempt. */
  readonly number: number;
  /** USD; null where it is not known. */
  readonly costUsd: string | null;
  readonly at: Date;
}

const text = `
  WITH attempt AS (
    UPDATE "Attempt" SET outcome = 'SUCCEEDED', "costUsd" = $3, "finishedAt" = $4
    WHERE "generationId" = $1 AND number = $2 AND outcome = 'UNKNOWN'
    RETURNING "costUsd"
  )
  UPDATE "Generation" SET "costUsd" = COALESCE((
    SELECT sum(other."costUsd") FROM "Attempt" other WHERE other."generationId" = $1 AND other.number <> $2
  ), 0) + attempt."costUsd"
  FROM attempt WHERE id = $1 AND "finishedAt" IS NOT NULL AND attempt."costUsd" IS NOT NULL`;

/** A call that was given up as UNKNOWN brought its pictures after all: what it cost is recorded, whatever became of the generation. */
export async function recordLateCost(connection: Connection, late: LateCost): Promise<void> {
  const values = [late.generationId, late.number, late.costUsd, late.at];
  await connection.query({ name: 'record-late-cost', text, values });
}
