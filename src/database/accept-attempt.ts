import type { Connection } from './database.ts';
import { createStepStatement, type RecordedStep, recordStep, type Step } from './step-statement.ts';

const statement = createStepStatement({
  name: 'accept-attempt',
  set: `"lostWorkers" = 0`,
  also: [
    `attempt AS (
      UPDATE "Attempt" SET "providerRequestId" = $12
      FROM changed WHERE "generationId" = changed.id AND number = $6
    )`,
  ],
});

/** Keeps the provider's own id as soon as it is known: whoever takes over resumes by it. */
export function acceptAttempt(
  connection: Connection,
  step: Step,
  providerRequestId: string,
): Promise<RecordedStep | undefined> {
  return recordStep(connection, statement, step, [providerRequestId]);
}
