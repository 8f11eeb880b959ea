/**
 * What Cloudflare publishes of its models' inputs, re-typed from cloudflare/cloudflare-docs,
 * `src/content/workers-ai-models/*.json` (commits of 2026, the `input` part without the descriptions).
 */
const prompt = { type: 'string', minLength: 1 } as const;
const integer = { type: 'integer' } as const;
const number = { type: 'number' } as const;
const text = { type: 'string' } as const;
const fileBytes = { type: 'array', items: number } as const;

/** One text serves all five of them. */
const stableDiffusion = {
  type: 'object',
  properties: {
    prompt,
    negative_prompt: text,
    height: { type: 'integer', minimum: 256, maximum: 2048 },
    width: { type: 'integer', minimum: 256, maximum: 2048 },
    image: fileBytes,
    image_b64: text,
    mask: fileBytes,
    num_steps: { type: 'integer', maximum: 20 },
    strength: number,
    guidance: number,
    seed: integer,
  },
  required: ['prompt'],
} as const;

/**
 * Of these the published schema only says `multipart`. The fields are re-typed from the changelogs
 * `2025-11-25-flux-2-dev-workers-ai.mdx` and `2026-01-28-flux-2-klein-9b-workers-ai.mdx`; klein's steps are fixed.
 */
const klein = {
  type: 'object',
  properties: {
    prompt,
    guidance: number,
    width: { type: 'integer', minimum: 256, maximum: 1920 },
    height: { type: 'integer', minimum: 256, maximum: 1920 },
    seed: integer,
  },
  required: ['prompt'],
} as const;

export const formSchemas: Readonly<Record<string, object>> = {
  '@cf/black-forest-labs/flux-2-dev': { ...klein, properties: { ...klein.properties, steps: integer } },
  '@cf/black-forest-labs/flux-2-klein-4b': klein,
  '@cf/black-forest-labs/flux-2-klein-9b': klein,
};

export const jsonSchemas: Readonly<Record<string, object>> = {
  '@cf/black-forest-labs/flux-1-schnell': {
    type: 'object',
    properties: { prompt: { ...prompt, maxLength: 2048 }, steps: { type: 'integer', maximum: 8 } },
    required: ['prompt'],
  },
  '@cf/leonardo/lucid-origin': {
    type: 'object',
    properties: {
      prompt,
      guidance: { type: 'number', minimum: 0, maximum: 10 },
      seed: { type: 'integer', minimum: 0 },
      height: { type: 'integer', minimum: 0, maximum: 2500 },
      width: { type: 'integer', minimum: 0, maximum: 2500 },
      num_steps: { type: 'integer', minimum: 1, maximum: 40 },
      steps: { type: 'integer', minimum: 1, maximum: 40 },
    },
    required: ['prompt'],
  },
  '@cf/leonardo/phoenix-1.0': {
    type: 'object',
    properties: {
      prompt,
      guidance: { type: 'number', minimum: 2, maximum: 10 },
      seed: { type: 'integer', minimum: 0 },
      height: { type: 'integer', minimum: 0, maximum: 2048 },
      width: { type: 'integer', minimum: 0, maximum: 2048 },
      num_steps: { type: 'integer', minimum: 1, maximum: 50 },
      negative_prompt: { type: 'string', minLength: 1 },
    },
    required: ['prompt'],
  },
  '@cf/stabilityai/stable-diffusion-xl-base-1.0': stableDiffusion,
  '@cf/bytedance/stable-diffusion-xl-lightning': stableDiffusion,
  '@cf/lykon/dreamshaper-8-lcm': stableDiffusion,
  '@cf/runwayml/stable-diffusion-v1-5-img2img': stableDiffusion,
  '@cf/runwayml/stable-diffusion-v1-5-inpainting': stableDiffusion,
};
