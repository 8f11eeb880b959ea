import { z } from 'zod';
import { imageFormats } from '../domain/image-format.ts';
import { type ImageModel, progressKinds } from '../domain/image-model.ts';

const range = (number: z.ZodNumber) =>
  z.strictObject({ min: number, max: number, default: number.nullable().default(null) }).readonly();
const wholeRange = range(z.int());
const side = z.strictObject({ min: z.int().min(1), max: z.int().min(1), default: z.int().min(1) }).readonly();
const pixelSize = z.strictObject({ width: z.int().min(1), height: z.int().min(1) }).readonly();
const aspectRatio = z.string().regex(/^[1-9]\d{0,3}:[1-9]\d{0,3}$/);
const words = z.array(z.string().min(1)).readonly().nullable().default(null);

const sizeRule = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('free'),
    width: side,
    height: side,
    multipleOf: z.int().min(1).default(8),
    area: z
      .strictObject({ min: z.int().min(1), max: z.int().min(1) })
      .nullable()
      .default(null),
    maxRatio: z.number().min(1).nullable().default(null),
  }),
  z.strictObject({ kind: z.literal('listed'), sizes: z.tuple([pixelSize], pixelSize) }),
  z.strictObject({
    kind: z.literal('ratio'),
    aspectRatios: z.tuple([aspectRatio], aspectRatio),
    resolutions: z.tuple(
      [z.strictObject({ name: z.string().min(1), pixels: z.int().min(1) })],
      z.strictObject({ name: z.string().min(1), pixels: z.int().min(1) }),
    ),
  }),
]);

const usualSize = { min: 256, max: 2048, default: 1024 } as const;

/** What is left out, a model lacks. */
const capabilities = z.strictObject({
  progressKind: z.enum(progressKinds).default('INDETERMINATE'),
  previews: z.boolean().default(false),
  cancellable: z.boolean().default(false),
  maxCount: z.int().min(1).max(100).default(4),
  picturesPerCall: z.int().min(1).default(1),
  negativePrompt: z.boolean().default(false),
  seed: z
    .strictObject({ max: z.int().min(1).max(Number.MAX_SAFE_INTEGER) })
    .nullable()
    .default(null),
  size: sizeRule.default({
    kind: 'free',
    width: usualSize,
    height: usualSize,
    multipleOf: 8,
    area: null,
    maxRatio: null,
  }),
  steps: wholeRange.nullable().default(null),
  guidanceScale: range(z.number()).nullable().default(null),
  strength: range(z.number()).nullable().default(null),
  styles: words,
  styleIntensity: range(z.number()).nullable().default(null),
  qualities: words,
  backgrounds: words,
  compression: wholeRange.nullable().default(null),
  outputFormats: z.tuple([z.enum(imageFormats)], z.enum(imageFormats)).default(['PNG']),
  inputImages: z.strictObject({ min: z.int().min(0), max: z.int().min(0) }).default({ min: 0, max: 0 }),
  mask: z.boolean().default(false),
});

const definition = z.strictObject({
  name: z.string().min(1),
  vendorModel: z.string().min(1),
  priceUsd: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,6})?$/)
    .nullable()
    .default(null),
  capabilities: capabilities.prefault({}),
  settings: z.record(z.string(), z.unknown()).default({}),
});

/** Models by slug, as configuration has them. */
export type ModelDefinitions = Readonly<Record<string, object>>;
/** What is laid over them: parts that change a model, whole ones that add it, null that takes it away. */
export type ModelChanges = Readonly<Record<string, object | null>>;

/** The models of one provider. Throws an `Error` with one line for each problem, which names the slug. */
export function readModels(
  provider: string,
  definitions: ModelDefinitions,
  changes: ModelChanges,
): readonly ImageModel[] {
  const own = Object.entries(changes).filter(([slug]) => slug.startsWith(`${provider}/`));
  const merged = {
    ...definitions,
    ...Object.fromEntries(own.map(([slug, change]) => [slug, merge(definitions[slug], change)])),
  };
  const kept = Object.entries(merged).flatMap(([slug, value]) => (value === null ? [] : [[slug, value] as const]));
  const parsed = kept.map(([slug, value]) => ({ slug, ...definition.safeParse(value) }));
  const problems = parsed.flatMap(({ slug, error }) =>
    (error?.issues ?? []).map(({ path, message }) => `${[slug, ...path].join(' › ')}: ${message}`),
  );
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return parsed.flatMap(({ slug, data }) => (data === undefined ? [] : [{ slug, provider, ...data }]));
}

/**
 * Objects are merged part by part; everything else is replaced. So is what cannot be mixed: a size rule by one of another kind, and
 * each setting, since a workflow with nodes of two is none.
 */
function merge(base: unknown, change: unknown, name?: string): unknown {
  if (!isObject(base) || !isObject(change) || ('kind' in change && base.kind !== change.kind)) return change;
  if (name === 'settings') return { ...base, ...change };
  const merged = Object.entries(change).map(([key, value]) => [key, merge(base[key], value, key)] as const);
  return { ...base, ...Object.fromEntries(merged) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
