import { z } from 'zod';
import type { ModelSettings } from './model-settings.ts';

const tokens = z.number().min(0).nullish().catch(null);
const details = z.object({ text_tokens: tokens, image_tokens: tokens }).nullish().catch(null);

/** Lenient to the end: a picture is not lost over what it costs. */
export const usageReply = z
  .object({
    input_tokens: tokens,
    input_tokens_details: details,
    output_tokens: tokens,
    output_tokens_details: details,
  })
  .nullish()
  .catch(null);

export type Usage = z.infer<typeof usageReply>;

/** Undefined where the tokens of the pictures or their prices are not known. */
export function toCostUsd(usage: Usage, prices: ModelSettings['prices']): string | undefined {
  const imageOutput = usage?.output_tokens_details?.image_tokens ?? usage?.output_tokens;
  if (!usage || prices === null || imageOutput === null || imageOutput === undefined) return undefined;
  const imageInput = usage.input_tokens_details?.image_tokens ?? 0;
  const textInput = usage.input_tokens_details?.text_tokens ?? Math.max(0, (usage.input_tokens ?? 0) - imageInput);
  const millionths = textInput * prices.textInput + imageInput * prices.imageInput + imageOutput * prices.imageOutput;
  return (millionths / 1_000_000).toFixed(6);
}
