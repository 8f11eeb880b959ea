import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { type QuotaLimits, quotaKinds } from './domain/quota.ts';
import { StartError } from './domain/start-error.ts';

/** As sysexits.h has it: something is wrong with the configuration. */
export const exitCodeConfig = 78;

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .refine(
      (text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max,
      `must be a whole number from ${min} to ${max}`,
    )
    .transform(Number);

/** Without a slash at its end. */
const baseUrl = () =>
  z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' })
    .transform((url) => url.replace(/\/+$/, ''));
const secret = () => z.string().min(1).optional();

const usd = () =>
  z.string().regex(/^\d{1,6}(\.\d{1,6})?$/, 'must be USD such as 12.50, below 1,000,000 and with at most six places');
const limit = () => wholeNumber(0, 1_000_000_000).optional();

const quotaSchema = z.object({
  QUEUE_LIMIT: limit().describe('How many generations of all users wait at once. Without it, any number.'),
  QUOTA_RUNNING: limit().describe(
    'How many generations of one user run at once. Without it, as many as there is room for.',
  ),
  QUOTA_QUEUED: limit().describe('How many generations of one user wait at once. Without it, any number.'),
  QUOTA_PER_MINUTE: limit().describe('How many requests one user makes in a minute. Without it, any number.'),
  QUOTA_PER_DAY: limit().describe('How many generations one user asks for in a day, by UTC. Without it, any number.'),
  QUOTA_USD_PER_DAY: usd().optional().describe('How much one user spends in a day, by UTC. Without it, any amount.'),
  QUOTA_USD_PER_MONTH: usd()
    .optional()
    .describe('How much one user spends in a month, by UTC. Without it, any amount.'),
});

/** One block for each vendor. A vendor whose key or URL is missing is off. */
const vendorSchema = z.object({
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
  AUTOMATIC1111_URL: baseUrl()
    .optional()
    .describe('Turns AUTOMATIC1111 or Forge on: for example http://127.0.0.1:7860, with user:password@ where it asks.'),
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

/** Every variable that the server reads, with what it means. `.env.example` repeats the words. */
export const configSchema = z.object({
  HOST: z.string().min(1).default('127.0.0.1').describe('The address that the server listens on.'),
  PORT: wholeNumber(0, 65_535).default(4000).describe('The port that the server listens on; 0 takes a free one.'),
  PUBLIC_URL: baseUrl()
    .optional()
    .describe('Where vendors reach this server from outside. With it they are asked to tell when work is done.'),
  DATA_DIR: z
    .string()
    .min(1)
    .default('.darkroom')
    .describe('Where the embedded PostgreSQL and Azurite keep their data.'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a URL that begins with postgres:// or postgresql://' })
    .optional()
    .describe('A PostgreSQL database. Without it, an embedded PostgreSQL is started.'),
  AZURE_STORAGE_CONNECTION_STRING: z
    .string()
    .regex(/(^|;)AccountKey=|^UseDevelopmentStorage=true/, 'must hold an AccountKey')
    .optional()
    .describe('An Azure storage account. Without it, an embedded Azurite is started.'),
  AZURE_STORAGE_CONTAINER: z
    .string()
    .regex(/^[a-z0-9](-?[a-z0-9]){2,62}$/, 'must be 3 to 63 lower-case letters, digits and single hyphens')
    .default('darkroom')
    .describe('The container that the pictures are kept in. It is created when it is missing.'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('How much is logged: trace, debug, info, warn, error, fatal or silent.'),
  WORKER_CONCURRENCY: wholeNumber(1, 1_000).default(8).describe('How many generations one process runs at a time.'),
  SHUTDOWN_SECONDS: wholeNumber(0, 600)
    .default(25)
    .describe('How long generations may go on when the server stops, before they are left to another process.'),
  SKETCH_STEP_MILLISECONDS: wholeNumber(0, 60_000)
    .default(0)
    .describe('Slows the built-in painter down by this much for each step, for demonstrations.'),
  MODELS_FILE: z
    .string()
    .min(1)
    .optional()
    .describe('A JSON file that adds, changes and removes models, and adds servers that speak as OpenAI does.'),
  DEFAULT_MODEL: z
    .string()
    .min(1)
    .default('sketch/landscape')
    .describe('The slug of the model that is used when a request names none.'),
  INPUT_URLS: z
    .enum(['on', 'off'])
    .default('on')
    .describe('Whether input images may be given as URLs, which the server fetches: on or off.'),
  ENHANCER: z
    .enum(['builtin', 'openai', 'gemini'])
    .optional()
    .describe(
      'Who makes better wordings: builtin, openai or gemini. Without it, the first of openai and gemini that is on.',
    ),
  ENHANCER_MODEL: z
    .string()
    .min(1)
    .optional()
    .describe("What OpenAI or Gemini writes better wordings with. Without it, the vendor's small one."),
  ...quotaSchema.shape,
  ...vendorSchema.shape,
});

export type Config = z.infer<typeof configSchema>;

/** What limits users who have no limits of their own. */
export function toQuotaDefaults(config: Config): QuotaLimits {
  const given = quotaKinds.map((kind) => [kind, config[`QUOTA_${kind}`]] as const);
  return Object.fromEntries(given.flatMap(([kind, value]) => (value === undefined ? [] : [[kind, String(value)]])));
}

/**
 * The configuration in the environment, over that of a `.env` file in the working directory. Throws `StartError` with one
 * line for each problem. Values never appear in it: they may be secrets.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env, file = '.env'): Config {
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const given = Object.entries({ ...fromFile, ...environment }).filter(([, value]) => value !== '');
  const parsed = configSchema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new StartError(problems.join('\n'), { exitCode: exitCodeConfig });
}
