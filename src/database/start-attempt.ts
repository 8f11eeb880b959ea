import type { Connection } from './database.ts';
import { createStepStatement, type RecordedStep, recordStep, type Step } from './step-statement.ts';

export interface NewAttempt {
  readonly kind: 'ENHANCE' | 'GENERATE';
  readonly provider: string;
  readonly model: string;
  /** Of the pictures that it is to make; none for an enhancement. */
  readonly positions: readonly number[];
  /** What its provider shows when it tells of the call; none where it was not asked to. */
  readonly webhookToken?: string | null;
}

const statement = createStepStatement({
  name: 'start-attempt',
  also: [
    `attempt AS (
      INSERT INTO "Attempt" ("generationId", number, kind, provider, model, positions, "webhookToken", outcome, "startedAt")
      SELECT id, $6, $12, $13, $14, $15, $16, 'RUNNING', $3 FROM changed
    )`,
  ],
});

/** Written before the provider is called, so that no call that may cost goes unrecorded. */
export function startAttempt(
  connection: Connection,
  step: Step,
  attempt: NewAttempt,
): Promise<RecordedStep | undefined> {
  return recordStep(connection, statement, step, [
    attempt.kind,
    attempt.provider,
    attempt.model,
    attempt.positions,
    attempt.webhookToken ?? null,
  ]);
}
