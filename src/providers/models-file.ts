import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { createSecret, type Secret } from '../domain/secret.ts';
import type { ModelChanges } from './model-definition.ts';

const server = z.strictObject({
  /** For people. */
  label: z.string().min(1),
  baseUrl: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  apiKey: z.string().min(1).default('none').transform(createSecret),
});

const modelsFile = z.strictObject({
  /** Servers that speak as OpenAI does, by the first part of their models' slugs. */
  servers: z.record(z.string().regex(/^[a-z][a-z0-9-]*$/), server).default({}),
  /** By slug: parts that change a model, whole ones that add it, null that takes it away. */
  models: z.record(z.string().regex(/^[a-z0-9-]+\/\S+$/), z.record(z.string(), z.unknown()).nullable()).default({}),
});

export interface CompatibleServer {
  readonly label: string;
  readonly baseUrl: string;
  readonly apiKey: Secret;
}

/** What configuration changes of the models that come along. */
export interface ModelsFile {
  readonly servers: Readonly<Record<string, CompatibleServer>>;
  readonly models: ModelChanges;
}

/** No changes where there is no file. Throws an `Error` with one line for each problem, which repeats no value. */
export function readModelsFile(path: string | undefined): ModelsFile {
  if (path === undefined) return { servers: {}, models: {} };
  const parsed = modelsFile.safeParse(parseFile(path));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `MODELS_FILE: ${[...issue.path, issue.message].join(' › ')}`);
  throw new Error(problems.join('\n'));
}

function parseFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'is no JSON' : 'cannot be read';
    throw new Error(`MODELS_FILE: ${path} ${reason}.`, { cause });
  }
}
