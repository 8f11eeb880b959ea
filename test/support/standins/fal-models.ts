import { z } from 'zod';

// What the models' own pages at fal.ai list as their input schemas, re-typed: fal-ai/flux/schnell, fal-ai/flux/dev and
// fal-ai/flux-pro/kontext, as stored in November 2026.

const size = z.strictObject({ width: z.int().min(1).max(14_142), height: z.int().min(1).max(14_142) });
const namedSize = z.enum(['square_hd', 'square', 'portrait_4_3', 'portrait_16_9', 'landscape_4_3', 'landscape_16_9']);
const image = z.string().regex(/^(data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/]+=*|https?:\/\/.+)$/);

const common = {
  prompt: z.string(),
  num_images: z.int().min(1).max(4).optional(),
  seed: z.int().optional(),
  output_format: z.enum(['jpeg', 'png']).optional(),
  sync_mode: z.boolean().optional(),
};
const flux = {
  ...common,
  image_size: z.union([size, namedSize]).optional(),
  enable_safety_checker: z.boolean().optional(),
  guidance_scale: z.number().min(1).max(20).optional(),
};

/** By the whole path that a request is sent to. */
export const inputsOf: Readonly<Record<string, z.ZodType<Record<string, unknown>>>> = {
  'fal-ai/flux/schnell': z.strictObject({ ...flux, num_inference_steps: z.int().min(1).max(12).optional() }),
  'fal-ai/flux/dev': z.strictObject({ ...flux, num_inference_steps: z.int().min(1).max(50).optional() }),
  'fal-ai/flux-pro/kontext': z.strictObject({
    ...common,
    image_url: image,
    aspect_ratio: z.enum(['21:9', '16:9', '4:3', '3:2', '1:1', '2:3', '3:4', '9:16', '9:21']).optional(),
    guidance_scale: z.number().min(1).max(20).optional(),
    safety_tolerance: z.enum(['1', '2', '3', '4', '5', '6']).optional(),
    enhance_prompt: z.boolean().optional(),
  }),
};
