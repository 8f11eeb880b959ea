import { z } from 'zod';
import { imageFormats } from '../domain/image-format.ts';
import type { ImageModel } from '../domain/image-model.ts';
import type { InputPicture, PictureOrder } from './provider.ts';

const options = [
  'prompt',
  'negativePrompt',
  'width',
  'height',
  'size',
  'aspectRatio',
  'resolution',
  'steps',
  'guidanceScale',
  'strength',
  'style',
  'styleIntensity',
  'quality',
  'background',
  'compression',
  'outputFormat',
  'seed',
  'count',
  'inputImage',
  'inputImages',
  'mask',
] as const;
type Option = (typeof options)[number];

const fieldName = z.string().min(1);
const usualFields: Fields = { prompt: 'prompt', seed: 'seed' };
type Fields = Readonly<Partial<Record<Option, string>>>;

/** How a model that somebody else wrote wants its input, from configuration: such models share no names. */
export const inputSettings = z.strictObject({
  /** What the model calls our options. What is not named is not sent, the prompt and the seed apart. */
  fields: z
    .partialRecord(z.enum(options), fieldName)
    .default({})
    .transform((fields): Fields => ({ ...usualFields, ...fields })),
  /** What it calls a format, where that is not our name in small letters. */
  formats: z.partialRecord(z.enum(imageFormats), fieldName).default({}),
  /** What is always sent. */
  input: z.record(z.string(), z.unknown()).default({}),
});
export type InputSettings = z.infer<typeof inputSettings>;

/** Throws an `Error` with one line for each problem, which names the slug. */
export function readInputSettings<Settings extends InputSettings>(
  { slug, settings, capabilities }: ImageModel,
  schema: z.ZodType<Settings>,
): Settings {
  const { success, data, error } = schema.safeParse(settings);
  if (!success) {
    const lines = error.issues.map(({ path, message }) => `${[slug, 'settings', ...path].join(' › ')}: ${message}`);
    throw new Error(lines.join('\n'));
  }
  const { inputImage, inputImages, mask } = data.fields;
  const takesImages = capabilities.inputImages.max > 0;
  // Without the names, a picture would be paid that has nothing to do with its inputs.
  if (takesImages && inputImage === undefined && inputImages === undefined) throw createNoField(slug, 'inputImage');
  if (capabilities.mask && mask === undefined) throw createNoField(slug, 'mask');
  return data;
}

function createNoField(slug: string, option: Option): Error {
  return new Error(`${slug} › settings › fields › ${option}: is missing, though the model takes one`);
}

/** The order as the model's input. Images are part of it, as data URLs. */
export async function toModelInput(
  order: PictureOrder,
  { fields, formats, input }: InputSettings,
): Promise<Record<string, unknown>> {
  const values: Readonly<Record<string, unknown>> = { ...toOptions(order, formats), ...(await toImages(order)) };
  const named = Object.entries(fields).map(([option, field]) => [field, values[option] ?? null] as const);
  return { ...input, ...Object.fromEntries(named.filter(([, value]) => value !== null)) };
}

function toOptions(order: PictureOrder, formats: InputSettings['formats']): Record<string, unknown> {
  const { width, height, outputFormat, pictures } = order;
  return {
    ...order,
    size: width === null || height === null ? null : { width, height },
    outputFormat: formats[outputFormat] ?? outputFormat.toLowerCase(),
    seed: pictures[0]?.seed,
    count: pictures.length,
  };
}

async function toImages({ inputs, mask, signal }: PictureOrder): Promise<Record<string, unknown>> {
  const images = await Promise.all(inputs.map((input) => toDataUrl(input, signal)));
  return {
    inputImage: images[0],
    inputImages: images.length === 0 ? null : images,
    mask: mask === null ? null : await toDataUrl(mask, signal),
  };
}

async function toDataUrl(picture: InputPicture, signal: AbortSignal): Promise<string> {
  const bytes = await picture.read(signal);
  return `data:${picture.mediaType};base64,${Buffer.from(bytes).toString('base64')}`;
}
