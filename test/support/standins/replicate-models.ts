import { z } from 'zod';

// What the models' own pages at replicate.com list as their input schemas, re-typed: flux-schnell (version c846a699),
// flux-dev (93d72f81 and the current page) and flux-kontext-pro (0a138193), as stored in November 2026.

const image = z.string().regex(/^(data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/]+=*|https?:\/\/.+)$/);
const fluxRatios = ['1:1', '16:9', '21:9', '3:2', '2:3', '4:5', '5:4', '3:4', '4:3', '9:16', '9:21'] as const;

const flux = {
  prompt: z.string(),
  aspect_ratio: z.enum(fluxRatios).optional(),
  num_outputs: z.int().min(1).max(4).optional(),
  seed: z.int().optional(),
  output_format: z.enum(['webp', 'jpg', 'png']).optional(),
  output_quality: z.int().min(0).max(100).optional(),
  disable_safety_checker: z.boolean().optional(),
  go_fast: z.boolean().optional(),
  megapixels: z.enum(['1', '0.25']).optional(),
};

const inputs: Readonly<Record<string, z.ZodType<Record<string, unknown>>>> = {
  'black-forest-labs/flux-schnell': z.strictObject({ ...flux, num_inference_steps: z.int().min(1).max(4).optional() }),
  'black-forest-labs/flux-dev': z.strictObject({
    ...flux,
    num_inference_steps: z.int().min(1).max(50).optional(),
    guidance: z.number().min(0).max(10).optional(),
    image: image.optional(),
    prompt_strength: z.number().min(0).max(1).optional(),
  }),
  'black-forest-labs/flux-kontext-pro': z.strictObject({
    prompt: z.string(),
    input_image: image.optional(),
    aspect_ratio: z.enum(['match_input_image', ...fluxRatios, '2:1', '1:2']).optional(),
    seed: z.int().optional(),
    output_format: z.enum(['jpg', 'png']).optional(),
    safety_tolerance: z.int().min(0).max(6).optional(),
    prompt_upsampling: z.boolean().optional(),
  }),
};

/** One that is run by its version only. */
export const versionedModel = {
  version: '5599ed30703defd1d160a25a63321b4dec97101d98b4674bcc56e41f62f35637',
  name: 'bytedance/sdxl-lightning-4step',
};

const versionedInput = z.strictObject({
  prompt: z.string(),
  negative_prompt: z.string().optional(),
  width: z.int().min(256).max(1280).optional(),
  height: z.int().min(256).max(1280).optional(),
  num_outputs: z.int().min(1).max(4).optional(),
  guidance_scale: z.number().min(0).max(50).optional(),
  num_inference_steps: z.int().min(1).max(10).optional(),
  seed: z.int().optional(),
});

export interface InvalidField {
  readonly type: string;
  readonly field: string;
  readonly description: string;
}

/** Undefined for a model that there is not. */
export function findInputSchema(model: string): z.ZodType<Record<string, unknown>> | undefined {
  return model === versionedModel.name ? versionedInput : inputs[model];
}

/** What the vendor would find wrong with an input, in its form. */
export function findInvalidFields(schema: z.ZodType, input: unknown): readonly InvalidField[] {
  const { error } = schema.safeParse(input);
  return (error?.issues ?? []).map(({ code, path, message }) => ({
    type: code,
    field: ['input', ...path].join('.'),
    description: message,
  }));
}
