import { type Dialect, seedOf } from './dialect.ts';

/** runpod-workers/worker-sdxl, whose validator takes nothing that it does not know. */
export const sdxl: Dialect = () => (order, images) => ({
  prompt: order.prompt,
  negative_prompt: order.negativePrompt,
  width: order.width,
  height: order.height,
  seed: seedOf(order),
  num_inference_steps: order.steps,
  guidance_scale: order.guidanceScale,
  strength: order.strength,
  image_url: images[0] ?? null,
  num_images: order.pictures.length,
});
