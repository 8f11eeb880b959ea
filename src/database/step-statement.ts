import type { GenerationStatus } from '../domain/generation-status.ts';
import type { Advance, EventType, GenerationStage } from '../domain/progress.ts';
import type { Connection } from './database.ts';

/** One event of a run, and the snapshot of its moment. */
export interface Step {
  readonly generationId: string;
  /** The run's: with another one in the row, nothing is written. */
  readonly leaseToken: string;
  readonly at: Date;
  readonly type: EventType;
  readonly message: string | null;
  readonly attempt: number | null;
  readonly stage: GenerationStage | null;
  readonly advance: Advance;
  readonly imagesStored: number;
}

/** What the row says after the step. */
export interface RecordedStep {
  readonly sequence: number;
  readonly status: GenerationStatus;
  readonly startedAt: Date | null;
  readonly modelSlug: string;
  /** As numeric text. Null until the generation has ended. */
  readonly costUsd: string | null;
}

export interface StepStatement {
  readonly name: string;
  readonly text: string;
}

export interface StepStatementOptions {
  readonly name: string;
  /** A further condition on the generation's row. Parameters of one's own start at $12. */
  readonly when?: string;
  /** More assignments of the generation's row. */
  readonly set?: string;
  /** More statements on the same condition, as common table expressions that read `changed`. */
  readonly also?: readonly string[];
}

/**
 * Every step of a run is one statement: the generation's row changes if the run still holds its lease, and its event is
 * appended under the next sequence number. One round trip, no lock held across it, and no state between the two.
 */
export function createStepStatement({ name, when = 'true', set, also = [] }: StepStatementOptions): StepStatement {
  const text = `
    WITH changed AS (
      UPDATE "Generation" SET "lastSequence" = "lastSequence" + 1${set === undefined ? '' : `, ${set}`}
      WHERE id = $1 AND "leaseToken" = $2 AND status IN ('RUNNING', 'CANCELLING') AND ${when}
      RETURNING id, "lastSequence" AS sequence, status, "startedAt", "modelSlug", "costUsd"
    ), event AS (
      INSERT INTO "GenerationEvent" ("generationId", sequence, at, type, message, attempt, status, stage, fraction, step,
        "totalSteps", "imagesStored")
      SELECT id, sequence, $3, $4, $5, $6, status, $7, $8, $9, $10, $11 FROM changed
    )${also.map((statement) => `, ${statement}`).join('')}
    SELECT sequence, status, "startedAt", "modelSlug", "costUsd" FROM changed`;
  return { name, text };
}

/** Undefined when the run has lost its lease, the generation has ended, or `when` is false: then nothing was written. */
export async function recordStep(
  connection: Connection,
  statement: StepStatement,
  step: Step,
  more: readonly unknown[] = [],
): Promise<RecordedStep | undefined> {
  const { advance } = step;
  const values = [
    step.generationId,
    step.leaseToken,
    step.at,
    step.type,
    step.message,
    step.attempt,
    step.stage,
    advance.fraction,
    advance.step,
    advance.totalSteps,
    step.imagesStored,
    ...more,
  ];
  const result = await connection.query<RecordedStep>({ ...statement, values });
  return result.rows[0];
}
