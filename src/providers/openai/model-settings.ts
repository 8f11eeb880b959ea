import { z } from 'zod';
import type { ImageModel } from '../../domain/image-model.ts';

const usdForMillionTokens = z.number().min(0);

const modelSettings = z.strictObject({
  /** How requests are worded. */
  dialect: z.enum(['openai', 'nebius', 'plain']).default('openai'),
  /** Looks at the unfinished picture that are asked for. Each is paid like a hundred tokens of the picture. */
  partialImages: z.int().min(0).max(3).default(0),
  /** How strict OpenAI is with what pictures show; null leaves it to OpenAI. */
  moderation: z.enum(['auto', 'low']).nullable().default(null),
  /** What a call costs by the tokens that it used; null where the model has a price for each picture. */
  prices: z
    .strictObject({
      textInput: usdForMillionTokens,
      imageInput: usdForMillionTokens,
      imageOutput: usdForMillionTokens,
    })
    .nullable()
    .default(null),
});

export type ModelSettings = z.infer<typeof modelSettings>;

/** Throws an `Error` with one line for each problem, which names the slug. */
export function parseModelSettings({ slug, settings }: Pick<ImageModel, 'slug' | 'settings'>): ModelSettings {
  const parsed = modelSettings.safeParse(settings);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${[slug, 'settings', ...path].join(' › ')}: ${message}`,
  );
  throw new Error(problems.join('\n'));
}
