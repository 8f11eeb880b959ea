import { z } from 'zod';
import { baseUrl, httpUrl, secret, withoutSlash } from './forms.ts';

/** One block for each vendor. A vendor whose key or URL is missing is off. */
export const vendorSettings = z.object({
  OPENAI_API_KEY: secret().describe('Turns OpenAI on.'),
  OPENAI_BASE_URL: baseUrl().default('https://api.openai.com/v1').describe("OpenAI's address, or that of a gateway."),
  NEBIUS_API_KEY: secret().describe('Turns Nebius on.'),
  NEBIUS_API_ENDPOINT: baseUrl()
    .default('https://api.tokenfactory.nebius.com/v1')
    .describe("Nebius' address, or that of a gateway."),
  GEMINI_API_KEY: secret().describe('Turns Gemini on.'),
  GEMINI_BASE_URL: baseUrl()
    .default('https://generativelanguage.googleapis.com')
    .describe("Gemini's address, or that of a gateway."),
  CLOUDFLARE_ID: secret().describe('The account at Cloudflare. With CLOUDFLARE_API_KEY it turns Workers AI on.'),
  CLOUDFLARE_API_KEY: secret().describe('A token for Workers AI.'),
  CLOUDFLARE_BASE_URL: baseUrl()
    .default('https://api.cloudflare.com/client/v4')
    .describe("Cloudflare's address, or that of a gateway."),
  RUNPOD_API_KEY: secret().describe('Turns RunPod on.'),
  RUNPOD_API_URL: baseUrl()
    .optional()
    .describe('An endpoint of your own: https://api.runpod.ai/v2/<endpoint>. Public endpoints work without it.'),
  COMFYUI_URL: baseUrl().optional().describe('Turns ComfyUI on: for example http://127.0.0.1:8188.'),
  AUTOMATIC1111_URL: secret(httpUrl().transform(withoutSlash)).describe(
    'Turns AUTOMATIC1111 or Forge on: for example http://127.0.0.1:7860, with user:password@ where it asks.',
  ),
  REPLICATE_API_TOKEN: secret().describe('Turns Replicate on.'),
  REPLICATE_BASE_URL: baseUrl()
    .default('https://api.replicate.com/v1')
    .describe("Replicate's address, or that of a gateway."),
  FAL_KEY: secret().describe('Turns fal on.'),
  FAL_BASE_URL: baseUrl().default('https://queue.fal.run').describe("fal's address, or that of a gateway."),
  FAL_JWKS_URL: baseUrl()
    .default('https://rest.alpha.fal.ai/.well-known/jwks.json')
    .describe('Where the keys are that fal signs its webhooks with.'),
});
