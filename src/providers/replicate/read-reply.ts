import { z } from 'zod';
import { parseJson } from '../../network/send.ts';
import { findTqdmProgress } from '../find-tqdm-progress.ts';
import type { AccountReport, ProgressReport } from '../provider.ts';
import { ProviderError } from '../provider-error.ts';

const seconds = z.number().nonnegative().optional().catch(undefined);

const predictionSchema = z.object({
  // It becomes a part of our addresses.
  id: z.string().regex(/^[\w-]{1,128}$/),
  status: z.string(),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  logs: z.string().catch(''),
  metrics: z.object({ predict_time: seconds, total_time: seconds }).catch({}),
  data_removed: z.boolean().catch(false),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** Throws `ProviderError` for what is none. */
export function readPrediction(bytes: Uint8Array): Prediction {
  const { data } = predictionSchema.safeParse(parseJson(bytes));
  if (data !== undefined) return data;
  const message = 'Replicate answered with something that is no prediction.';
  throw new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}

const ends: readonly string[] = ['succeeded', 'failed', 'canceled', 'aborted'];

/** A status that is not known yet is waited out: our own time limit ends that. */
export function isEnded({ status }: Prediction): boolean {
  return ends.includes(status);
}

export function toProgress({ status, logs }: Prediction): ProgressReport | undefined {
  if (status !== 'processing') return undefined;
  return findTqdmProgress(logs) ?? { type: 'progress', fraction: null, step: null, totalSteps: null };
}

export function toAccount({ metrics }: Prediction): AccountReport | undefined {
  const { predict_time: predict, total_time: total } = metrics;
  if (predict === undefined) return undefined;
  const executionMilliseconds = Math.round(predict * 1000);
  if (total === undefined) return { type: 'account', executionMilliseconds };
  const delayMilliseconds = Math.max(0, Math.round(total * 1000) - executionMilliseconds);
  return { type: 'account', executionMilliseconds, delayMilliseconds };
}

/** Where the pictures are: models answer nothing, one address or a list of them. */
export function toSources({ output }: Prediction): readonly string[] {
  const values: readonly unknown[] = Array.isArray(output) ? output : [output];
  return values.filter((value): value is string => typeof value === 'string' && /^(https?:\/\/|data:)/i.test(value));
}

/** Models choose a seed of their own where none was sent, and some say so in their first line. */
export function findSeed({ logs }: Prediction): number | undefined {
  const told = /^Using seed: (\d{1,15})\b/m.exec(logs)?.[1];
  return told === undefined ? undefined : Number(told);
}
