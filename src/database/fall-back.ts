import type { GenerationOptions, OptionWarning } from '../domain/generation-request.ts';
import type { Connection } from './database.ts';
import { createStepStatement, type RecordedStep, recordStep, type Step } from './step-statement.ts';

export interface Fallback {
  readonly modelSlug: string;
  readonly provider: string;
  readonly options: GenerationOptions;
  /** Joined to those that there are. */
  readonly warnings: readonly OptionWarning[];
  readonly effectivePrompt: string;
}

const statement = createStepStatement({
  name: 'fall-back',
  set: `"modelSlug" = $12, provider = $13, options = $14, warnings = warnings || $15::jsonb, "effectivePrompt" = $16`,
});

/** From here on another model makes the pictures. */
export function fallBack(connection: Connection, step: Step, fallback: Fallback): Promise<RecordedStep | undefined> {
  return recordStep(connection, statement, step, [
    fallback.modelSlug,
    fallback.provider,
    JSON.stringify(fallback.options),
    JSON.stringify(fallback.warnings),
    fallback.effectivePrompt,
  ]);
}
