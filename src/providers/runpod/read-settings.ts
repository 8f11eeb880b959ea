import { z } from 'zod';
import type { ImageModel } from '../../domain/image-model.ts';
import type { ToInput } from './dialects/dialect.ts';
import { dialects } from './dialects/dialects.ts';

/** What a dialect needs beside these it reads itself. */
const schema = z.object({
  endpoint: z
    .string()
    .regex(/^[\w-]+$/)
    .optional(),
  dialect: z.string().default('classic'),
});

export interface ModelSettings {
  /** The last part of the URL of the model's own endpoint; undefined for the configured one. */
  readonly endpoint: string | undefined;
  readonly toInput: ToInput;
}

/** Throws an `Error` that names the model and what is wrong with its settings. */
export function readSettings(model: ImageModel): ModelSettings {
  const { data, error } = schema.safeParse(model.settings);
  if (error !== undefined) {
    const problems = error.issues.map(({ path, message }) => [model.slug, 'settings', ...path, message].join(' › '));
    throw new Error(problems.join('\n'));
  }
  const dialect = dialects.get(data.dialect);
  if (dialect === undefined) {
    throw new Error(`${model.slug} › settings › dialect › It is one of these: ${[...dialects.keys()].join(', ')}.`);
  }
  return { endpoint: data.endpoint, toInput: dialect(model) };
}
