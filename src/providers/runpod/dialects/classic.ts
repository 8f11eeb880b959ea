import { type Dialect, seedOf } from './dialect.ts';

/** Workers that people wrote themselves, in the words that their routes used. */
export const classic: Dialect = () => (order, images) => ({
  prompt: order.prompt,
  negative_prompt: order.negativePrompt,
  num_inference_steps: order.steps,
  guidance_scale: order.guidanceScale,
  width: order.width,
  height: order.height,
  aspect_ratio: order.aspectRatio,
  seed: seedOf(order),
  strength: order.strength,
  style: order.style,
  style_intensity: order.styleIntensity,
  images: images.length === 0 ? null : images,
});
