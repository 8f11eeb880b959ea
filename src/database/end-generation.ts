import type { Failure } from '../domain/failure.ts';
import type { OptionWarning } from '../domain/generation-request.ts';
import type { EndedStatus } from '../domain/generation-status.ts';
import type { Connection } from './database.ts';
import { createStepStatement, type RecordedStep, recordStep, type Step } from './step-statement.ts';

export interface Ending {
  readonly status: EndedStatus;
  readonly failure: Failure | null;
  /** Joined to those of the acceptance. */
  readonly warnings: readonly OptionWarning[];
}

const statement = createStepStatement({
  name: 'end-generation',
  when: `($12 <> 'FAILED' OR status = 'RUNNING')`,
  set: `status = $12, failure = $13, warnings = warnings || $14::jsonb, "finishedAt" = $3,
    "costUsd" = (SELECT sum("costUsd") FROM "Attempt" WHERE "generationId" = $1)`,
  also: [`tick AS (DELETE FROM "GenerationTick" USING changed WHERE "generationId" = changed.id)`],
});

/**
 * The one terminal event of a generation that a worker holds. Undefined too when it was to end as FAILED but had been
 * asked to stop: that ends as CANCELLED.
 */
export function endGeneration(connection: Connection, step: Step, ending: Ending): Promise<RecordedStep | undefined> {
  const { status, failure, warnings } = ending;
  return recordStep(connection, statement, step, [
    status,
    failure === null ? null : JSON.stringify(failure),
    JSON.stringify(warnings),
  ]);
}
