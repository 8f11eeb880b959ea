import type { PictureOrder } from '../../provider.ts';
import { type Dialect, seedOf } from './dialect.ts';

/** Endpoints that RunPod hosts: docs.runpod.io, `public-endpoints/models`. They call formats as we do, in small letters. */
export const flux: Dialect = () => (order) => ({
  prompt: order.prompt,
  negative_prompt: order.negativePrompt,
  width: order.width,
  height: order.height,
  num_inference_steps: order.steps,
  guidance: order.guidanceScale,
  seed: seedOf(order),
  image_format: order.outputFormat.toLowerCase(),
});

export const kontext: Dialect = () => (order, images) => ({
  prompt: order.prompt,
  image: images[0] ?? null,
  negative_prompt: order.negativePrompt,
  size: toSize(order),
  num_inference_steps: order.steps,
  guidance: order.guidanceScale,
  seed: seedOf(order),
  output_format: order.outputFormat.toLowerCase(),
});

export const sizeText: Dialect = () => (order, images) => ({
  prompt: order.prompt,
  image: images[0] ?? null,
  negative_prompt: order.negativePrompt,
  size: toSize(order),
  strength: order.strength,
  seed: seedOf(order),
  output_format: order.outputFormat.toLowerCase(),
});

export const nanoBanana: Dialect = () => (order, images) => ({
  prompt: order.prompt,
  images,
  aspect_ratio: order.aspectRatio,
  resolution: order.resolution?.toLowerCase() ?? null,
  output_format: order.outputFormat.toLowerCase(),
});

function toSize({ width, height }: PictureOrder): string {
  return `${width}*${height}`;
}
