import type { ThinkingLevel } from '@google/genai';
import { z } from 'zod';
import type { ImageModel } from '../../domain/image-model.ts';

const thinkingLevels: readonly unknown[] = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'];

const price = z.number().min(0);

const modelSettings = z.strictObject({
  /** How long the model thinks before it draws. Not every model knows every level. */
  thinkingLevel: z
    .custom<ThinkingLevel>((value) => thinkingLevels.includes(value), `must be one of ${thinkingLevels.join(', ')}`)
    .optional(),
  /** Pictures that are sent along are input. */
  usdPerMillionTokens: z.strictObject({ input: price, textOutput: price, imageOutput: price }).optional(),
});

export type GeminiModelSettings = z.infer<typeof modelSettings>;
export type TokenPrices = NonNullable<GeminiModelSettings['usdPerMillionTokens']>;

/** Throws an `Error` that names the model and what is wrong. */
export function parseGeminiSettings({ slug, settings }: ImageModel): GeminiModelSettings {
  const { data, error } = modelSettings.safeParse(settings);
  if (data !== undefined) return data;
  const lines = error.issues.map(({ path, message }) => `${[slug, 'settings', ...path].join(' › ')}: ${message}`);
  throw new Error(lines.join('\n'));
}
