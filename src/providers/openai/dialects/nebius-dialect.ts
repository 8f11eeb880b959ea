import type { ImageFormat } from '../../../domain/image-format.ts';
import { type Dialect, withoutNulls } from './dialect.ts';

const extensions: Readonly<Record<ImageFormat, string>> = { PNG: 'png', WEBP: 'webp', JPEG: 'jpg' };

/** One picture a call. What it answers without `response_format` and `response_extension` is told nowhere: both are sent. */
export const toNebiusFields: Dialect = (order) => ({
  prompt: order.prompt,
  ...withoutNulls({
    model: order.model.vendorModel,
    width: order.width,
    height: order.height,
    num_inference_steps: order.steps,
    negative_prompt: order.negativePrompt,
    seed: order.pictures[0]?.seed ?? null,
    guidance_scale: order.guidanceScale,
    response_extension: extensions[order.outputFormat],
    response_format: 'b64_json',
  }),
});
