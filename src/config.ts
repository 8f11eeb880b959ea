import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { doorSettings } from './config/door-settings.ts';
import { baseUrl, secret, wholeNumber } from './config/forms.ts';
import { identitySettings } from './config/identity-settings.ts';
import { inputUrlSettings } from './config/input-url-settings.ts';
import { limitSettings } from './config/limit-settings.ts';
import { quotaSettings } from './config/quota-settings.ts';
import { readSecretFiles } from './config/read-secret-files.ts';
import { vendorSettings } from './config/vendor-settings.ts';
import { type QuotaLimits, quotaKinds } from './domain/quota.ts';
import { isSecret, type Secret } from './domain/secret.ts';
import { StartError } from './domain/start-error.ts';

/** As sysexits.h has it: something is wrong with the configuration. */
export const exitCodeConfig = 78;

/** Every variable that the server reads, with what it means. `.env.example` repeats the words. */
export const configSchema = z.object({
  HOST: z.string().min(1).default('127.0.0.1').describe('The address that the server listens on.'),
  PORT: wholeNumber(0, 65_535).default(4000).describe('The port that the server listens on; 0 takes a free one.'),
  PUBLIC_URL: baseUrl()
    .optional()
    .describe('Where vendors reach this server from outside. With it they are asked to tell when work is done.'),
  ...identitySettings.shape,
  ...doorSettings.shape,
  DATA_DIR: z
    .string()
    .min(1)
    .default('.darkroom')
    .describe('Where the embedded PostgreSQL and Azurite keep their data.'),
  DATABASE_URL: secret(
    z.url({ protocol: /^postgres(ql)?$/, error: 'must be a URL that begins with postgres:// or postgresql://' }),
  ).describe('A PostgreSQL database. Without it, an embedded PostgreSQL is started.'),
  AZURE_STORAGE_CONNECTION_STRING: secret(
    z.string().regex(/(^|;)AccountKey=|^UseDevelopmentStorage=true/, 'must hold an AccountKey'),
  ).describe('An Azure storage account. Without it, an embedded Azurite is started.'),
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
  ...inputUrlSettings.shape,
  ...limitSettings.shape,
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
  ...quotaSettings.shape,
  ...vendorSettings.shape,
});

export type Config = z.infer<typeof configSchema>;

/** The variables whose values nobody may see. */
export const secretNames: readonly string[] = Object.entries(configSchema.shape)
  .filter(([, schema]) => schema.meta()?.isSecret === true)
  .map(([name]) => name);

/** What must not be in the log, whoever writes there. */
export function findSecrets(config: Config): readonly Secret[] {
  return Object.values(config).filter(isSecret);
}

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
  const all = Object.entries<string | undefined>({ ...fromFile, ...environment });
  const given: Readonly<Record<string, string>> = Object.fromEntries(all.filter(isFilled));
  const { values, problems: fileProblems } = readSecretFiles(given, secretNames);
  const parsed = configSchema.safeParse({ ...given, ...values });
  if (parsed.success && fileProblems.length === 0) return parsed.data;
  const issues = parsed.error?.issues ?? [];
  const problems = [...fileProblems, ...issues.map(({ path, message }) => `${path.join('.')}: ${message}`)];
  throw new StartError(problems.join('\n'), { exitCode: exitCodeConfig });
}

function isFilled(entry: readonly [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined && entry[1] !== '';
}
