import { findFullQuota } from '../accounts/read-quotas.ts';
import { countInputs } from '../domain/apply-inputs.ts';
import { applyRequest } from '../domain/apply-request.ts';
import type { GenerationOptions, OptionWarning } from '../domain/generation-request.ts';
import { multiplyUsd } from '../domain/money.ts';
import type { GenerationDependencies } from './dependencies.ts';
import { randomSeed } from './random-seed.ts';
import { findWished, type Submission } from './submit.ts';

export interface Estimate {
  readonly options: GenerationOptions;
  readonly warnings: readonly OptionWarning[];
  /** Null where nobody knows. */
  readonly costUsd: string | null;
  readonly secondsP50: number | null;
  readonly secondsP90: number | null;
  readonly withinQuota: boolean;
}

type Dependencies = Pick<GenerationDependencies, 'database' | 'catalogue' | 'durations' | 'quotaDefaults' | 'clock'>;

/**
 * What a request would cost and whether it would be accepted now. Stores nothing, counts nothing and looks at no input image, whose
 * size may still change that of the pictures. Throws `UnknownModel` and `InvalidInput`.
 */
export async function estimateGeneration(
  dependencies: Dependencies,
  { asker, request, inputs }: Omit<Submission, 'idempotencyKey' | 'audit'>,
): Promise<Estimate> {
  const [model] = findWished(dependencies, request);
  const { options, warnings } = applyRequest({ request, inputs: countInputs(inputs), randomSeed }, model.capabilities);
  const costUsd = multiplyUsd(model.priceUsd, options.count);
  const { database, durations, quotaDefaults, clock } = dependencies;
  const question = { asker, use: { kind: 'GENERATION', costUsd }, at: new Date(clock.now()) } as const;
  const [{ p50: secondsP50, p90: secondsP90 }, full] = await Promise.all([
    durations.find(model.slug),
    findFullQuota(database.pool, quotaDefaults, question),
  ]);
  return { options, warnings, costUsd, secondsP50, secondsP90, withinQuota: full === undefined };
}
