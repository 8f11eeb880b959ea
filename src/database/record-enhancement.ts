import type { Connection } from './database.ts';
import { createStepStatement, type RecordedStep, recordStep, type Step } from './step-statement.ts';

export interface Enhancement {
  readonly promptId: string;
  readonly text: string;
  /** The model, or the rules, that wrote it. */
  readonly writtenBy: string;
}

const statement = createStepStatement({
  name: 'record-enhancement',
  set: `"effectivePrompt" = $13`,
  also: [
    `prompt AS (
      INSERT INTO "Prompt" (id, "generationId", position, text, source, "writtenBy", "createdAt")
      SELECT $12, id, (SELECT count(*) FROM "Prompt" WHERE "generationId" = $1), $13, 'ENHANCER', $14, $3 FROM changed
    )`,
  ],
});

/** Keeps the better wording beside the given one, and applies it. */
export function recordEnhancement(
  connection: Connection,
  step: Step,
  { promptId, text, writtenBy }: Enhancement,
): Promise<RecordedStep | undefined> {
  return recordStep(connection, statement, step, [promptId, text, writtenBy]);
}
