import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { parseEnv } from 'node:util';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
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

/** Separated by commas. */
const list = (pattern = /^/, error = '') =>
  z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .transform((entries) => entries.filter((entry) => entry !== ''))
    .refine((entries) => entries.every((entry) => pattern.test(entry)), error);

/** What the server may fetch of what users name. */
const inputUrlSchema = z.object({
  INPUT_URLS: z
    .enum(['https', 'on', 'off'])
    .default('https')
    .describe('Whether input images may be given as URLs, which the server fetches: https, on (http as well) or off.'),
  INPUT_URL_HOSTS: list(/^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'must be hosts, such as example.com,*.example.org')
    .optional()
    .describe(
      'The only hosts that input images are fetched from: example.com,*.example.org. Without it, all public ones.',
    ),
  INPUT_URL_PORTS: list(/^\d{1,5}$/, 'must be ports, such as 80,443')
    .transform((ports) => ports.map(Number))
    .default([80, 443])
    .describe('The only ports that input images are fetched from.'),
  INPUT_URL_PRIVATE_ORIGINS: list(/^https?:\/\/[^/?#@\s]+$/, 'must be origins, such as http://pictures.intranet:8080')
    .transform((origins) => origins.map((origin) => new URL(origin).origin))
    .default([])
    .describe(
      'Servers of your own that input images may be fetched from, wherever they stand: http://pictures.intranet:8080.',
    ),
  INPUT_URL_DENIED_NETWORKS: list(/^[0-9a-f.:]+\/\d{1,3}$/i, 'must be networks, such as 203.0.113.0/24,2001:db8::/32')
    .default([])
    .describe('Public networks that no input image is fetched from, such as your own: 198.51.100.0/24.'),
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

const minSecretCharacters = 32;

/** Who may come in. Without API_KEY_PEPPER, OIDC_ISSUER and AUTH_SECRET, everybody on this machine, see src/identity.ts. */
const identitySchema = z.object({
  API_KEY_PEPPER: z
    .string()
    .min(minSecretCharacters, `must have at least ${minSecretCharacters} characters`)
    .optional()
    .describe(
      'Turns API keys on: 32 or more random characters that their hashes are made with. Another one ends all keys.',
    ),
  OIDC_ISSUER: z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://' })
    .optional()
    .describe('Turns tokens of an OpenID Connect provider on: its issuer, as it stands in the tokens.'),
  OIDC_AUDIENCE: z.string().min(1).optional().describe('The audience that those tokens must be for.'),
  OIDC_JWKS_URL: baseUrl()
    .optional()
    .describe("Where the issuer's keys are. Without it, its /.well-known/openid-configuration says so."),
  AUTH_SECRET: list()
    .refine(
      (secrets) => secrets.every((each) => each.length >= minSecretCharacters),
      `must have at least ${minSecretCharacters} characters`,
    )
    .optional()
    .describe(
      'Turns sessions of an app with Auth.js on: the secret of that app, or several with commas, the newest first.',
    ),
  ADMIN_SUBJECTS: list()
    .optional()
    .describe('Who is an admin, with commas: issuer|subject, or an e-mail address that a token says is verified.'),
});

const onOrOff = () => z.enum(['on', 'off']).optional();

/** Who and what gets in. */
const doorSchema = z.object({
  CORS_ORIGINS: z
    .string()
    .refine((text) => text.split(',').every(isOrigin), 'must be origins like https://app.example.org, comma-separated')
    .optional()
    .describe(
      'The web pages that may speak to this server from another origin, comma-separated: https://app.example.org.',
    ),
  TRUST_PROXY: z
    .string()
    .refine(isTrust, 'must be off, a number of proxies from 1 to 20, or networks like 10.0.0.0/8, comma-separated')
    .default('off')
    .describe('Whose X-Forwarded headers are believed: off, how many proxies stand in front, or their networks.'),
  GRAPHIQL: onOrOff().describe(
    'Whether /graphql is a page in a browser: on or off. Without it, on where nobody has to sign in.',
  ),
  INTROSPECTION: onOrOff().describe(
    'Whether clients may ask for the schema: on or off. Without it, on where nobody has to sign in.',
  ),
  PERSISTED_OPERATIONS: z
    .string()
    .min(1)
    .optional()
    .describe('A JSON file with the only documents that are run: a list, or an object that has them by their SHA-256.'),
  IMAGE_DELIVERY: z
    .enum(['redirect', 'proxy'])
    .default('redirect')
    .describe(
      'Where links to pictures lead: redirect (to the storage) or proxy (to this server, which needs LINK_SECRET).',
    ),
  LINK_SECRET: z
    .string()
    .min(32, 'must be 32 characters at least')
    .optional()
    .describe('What this server signs its own links to pictures with: the same for all processes.'),
});

function isOrigin(text: string): boolean {
  const origin = text.trim();
  return /^https?:[^*]+$/.test(origin) && URL.parse(origin)?.origin === origin;
}

function isTrust(text: string): boolean {
  if (text === 'off') return true;
  if (/^\d+$/.test(text)) return Number(text) >= 1 && Number(text) <= 20;
  return text.split(',').every((network) => ipaddr.isValidCIDR(network.trim()) || isIP(network.trim()) !== 0);
}

/** Every variable that the server reads, with what it means. `.env.example` repeats the words. */
export const configSchema = z.object({
  HOST: z.string().min(1).default('127.0.0.1').describe('The address that the server listens on.'),
  PORT: wholeNumber(0, 65_535).default(4000).describe('The port that the server listens on; 0 takes a free one.'),
  PUBLIC_URL: baseUrl()
    .optional()
    .describe('Where vendors reach this server from outside. With it they are asked to tell when work is done.'),
  ...identitySchema.shape,
  ...doorSchema.shape,
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
  MAX_OPERATION_COST: wholeNumber(100, 1_000_000)
    .default(1_000)
    .describe('What one operation may cost: a thing 1, a column a tenth, as often as lists are long.'),
  RATE_LIMIT_POINTS: wholeNumber(0, 1_000_000_000)
    .optional()
    .describe(
      'What the operations of one user may cost a minute; 0 for any number. Default: 60000, and 0 for the local user.',
    ),
  RATE_LIMIT_KEY_POINTS: wholeNumber(0, 1_000_000_000)
    .optional()
    .describe('The same for each API key. Default: as for a user.'),
  RATE_LIMIT_FAILURES: wholeNumber(0, 1_000_000_000)
    .default(300)
    .describe('How often a minute one address may fail to say who it is; 0 for any number.'),
  MAX_SOCKETS: wholeNumber(1, 1_000_000).default(10_000).describe('How many sockets one process takes.'),
  MAX_SOCKETS_PER_USER: wholeNumber(1, 1_000_000)
    .optional()
    .describe('How many of them one user may have. Default: 100, and any number for the local user.'),
  ...inputUrlSchema.shape,
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
  ...vendorSchema.shape,
});

export type Config = z.infer<typeof configSchema>;

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
