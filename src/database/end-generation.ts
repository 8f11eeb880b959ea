import type { Failure } from '../domain/failure.ts';
import type { OptionWarning } from '../domain/generation-request.ts';
import type { EndedStatus } from '../domain/generation-status.ts';
import type { Connection } from './database.ts';
import { createStepStatement, type RecordedStep, recordStep, type Step } from './step-statement.ts';

export interface Ending {
  readonly status: EndedStatus;
  readonly failure: Failure | null;
  /** How the attempt under way ends, where there is one. A generation may be cancelled while its attempt failed. */
  readonly attempt: AttemptEnding;
  /** Joined to those of the acceptance. */
  readonly warnings: readonly OptionWarning[];
}

export interface AttemptEnding {
  readonly outcome: 'SUCCEEDED' | 'FAILED' | 'CANCELLED';
  readonly failure: Failure | null;
  /** Null while it is not known. */
  readonly costUsd: string | null;
}

// PostgreSQL runs both updates on the same snapshot, so the sum adds the new attempt's cost by hand.
const statement = createStepStatement({
  name: 'end-generation',
  when: `($12 <> 'FAILED' OR status = 'RUNNING')`,
  set: `status = $12, failure = $13, warnings = warnings || $14::jsonb, "finishedAt" = $3,
    "costUsd" = COALESCE((SELECT sum("costUsd") FROM "Attempt" WHERE "generationId" = $1) + $17::numeric, $17)`,
  also: [
    `attempt AS (
      UPDATE "Attempt" SET outcome = $15, failure = $16, "costUsd" = $17, "finishedAt" = $3
      FROM changed WHERE "generationId" = changed.id AND outcome = 'RUNNING'
    )`,
    `tick AS (DELETE FROM "GenerationTick" USING changed WHERE "generationId" = changed.id)`,
  ],
});

/**
 * The one terminal event of a generation that a worker holds. Undefined too when it was to end as FAILED but had been
 * asked to stop: that ends as CANCELLED.
 */
export function endGeneration(connection: Connection, step: Step, ending: Ending): Promise<RecordedStep | undefined> {
  const { status, failure, warnings, attempt } = ending;
  return recordStep(connection, statement, step, [
    status,
    toJson(failure),
    JSON.stringify(warnings),
    attempt.outcome,
    toJson(attempt.failure),
    attempt.costUsd,
  ]);
}

function toJson(failure: Failure | null): string | null {
  return failure === null ? null : JSON.stringify(failure);
}
