import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { StartError } from './domain/start-error.ts';

/** As sysexits.h has it: something is wrong with the configuration. */
const exitCodeConfig = 78;

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .refine(
      (text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max,
      `must be a whole number from ${min} to ${max}`,
    )
    .transform(Number);

/** Every variable that the server reads, with what it means. `.env.example` repeats the words. */
export const configSchema = z.object({
  HOST: z.string().min(1).default('127.0.0.1').describe('The address that the server listens on.'),
  PORT: wholeNumber(0, 65_535).default(4000).describe('The port that the server listens on; 0 takes a free one.'),
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
  SKETCH_STEP_MILLISECONDS: wholeNumber(0, 60_000)
    .default(0)
    .describe('Slows the built-in painter down by this much for each step, for demonstrations.'),
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
