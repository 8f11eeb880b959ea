import { z } from 'zod';
import { findPictureFacts } from './openai-pictures.ts';
import { type ReceivedRequest, readForm } from './standin.ts';

/** How a server answers what is wrong with a request. */
export class Refusal extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`Refused with ${status}.`);
    this.status = status;
    this.body = body;
  }
}

export interface ParsedRequest {
  readonly pictures: number;
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly quality: string;
  readonly inputs: number;
  /** Null where the answer is no stream. */
  readonly partialImages: number | null;
}

export type Dialect = 'openai' | 'nebius' | 'plain';

interface Content {
  readonly fields: unknown;
  readonly images: readonly Blob[];
  readonly mask: Blob | null;
}

/** Throws `Refusal`, worded as a server of this dialect words it. */
export async function parseRequest(request: ReceivedRequest, dialect: Dialect): Promise<ParsedRequest> {
  const content = request.path.endsWith('/edits') ? await readEdit(request) : readGeneration(request);
  if (dialect === 'nebius') return parseNebius(content);
  return dialect === 'plain' ? parsePlain(content) : parseOpenAI(content);
}

function readGeneration({ headers, body }: ReceivedRequest): Content {
  if (headers['content-type'] !== 'application/json') throw refuse('It is no JSON.', { code: 'invalid_content_type' });
  return { fields: JSON.parse(body.toString()), images: [], mask: null };
}

async function readEdit(request: ReceivedRequest): Promise<Content> {
  const isForm = request.headers['content-type']?.startsWith('multipart/form-data; boundary=');
  if (!isForm) throw refuse('It is no form.', { code: 'invalid_content_type' });
  const form = await readForm(request);
  const texts = [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, fromText(value)]] : []));
  const single = form.getAll('image');
  const images = [...single, ...form.getAll('image[]')].filter((value) => value instanceof Blob);
  const mask = form.get('mask');
  // One under `image`, or several under `image[]`.
  if (images.length === 0 || single.length > 1) throw refuse('There is no image.', { param: 'image' });
  return { fields: Object.fromEntries(texts), images, mask: mask instanceof Blob ? mask : null };
}

/** A form has texts only. */
function fromText(text: string): unknown {
  return /^(\d+|true|false)$/.test(text) ? JSON.parse(text) : text;
}

export function refuse(message: string, { status = 400, code = 'invalid_value', param = null as string | null }) {
  return new Refusal(status, { error: { message, type: 'invalid_request_error', param, code } });
}

const openaiFields = z.strictObject({
  model: z.string(),
  prompt: z.string().min(1).max(32_000),
  n: z.int().min(1).max(10).default(1),
  size: z.string().refine(isSize).default('1024x1024'),
  quality: z.enum(['auto', 'low', 'medium', 'high', 'xhigh', 'max']).default('auto'),
  background: z.enum(['auto', 'opaque', 'transparent']).default('auto'),
  moderation: z.enum(['auto', 'low']).default('auto'),
  output_format: z.enum(['png', 'jpeg', 'webp']).default('png'),
  output_compression: z.int().min(0).max(100).optional(),
  stream: z.boolean().default(false),
  partial_images: z.int().min(0).max(3).optional(),
});

function isSize(text: string): boolean {
  const { width, height } = toPixels(text);
  const area = width * height;
  const shape = Math.max(width / height, height / width);
  const onGrid = width % 16 === 0 && height % 16 === 0;
  return onGrid && Math.max(width, height) <= 3840 && shape <= 3 && area >= 655_360 && area <= 8_294_400;
}

function toPixels(size: string) {
  const [width = 0, height = 0] = size.split('x').map(Number);
  return { width, height };
}

async function parseOpenAI({ fields, images, mask }: Content): Promise<ParsedRequest> {
  const parsed = openaiFields.safeParse(fields);
  if (!parsed.success) throw toOpenAIRefusal(parsed.error);
  const { model, size, output_format: format, output_compression: compression, ...rest } = parsed.data;
  if (!model.startsWith('gpt-image-')) {
    throw refuse(`The model '${model}' does not exist.`, { status: 404, code: 'model_not_found' });
  }
  if (format === 'png' && compression !== undefined) throw refuse('A PNG has none.', { param: 'output_compression' });
  await checkImages(images, mask);
  const partialImages = rest.stream ? (rest.partial_images ?? 0) : null;
  const { n: pictures, quality } = rest;
  return { pictures, ...toPixels(size), format, quality, inputs: images.length, partialImages };
}

function toOpenAIRefusal({ issues: [issue] }: z.ZodError): Refusal {
  const param = issue?.path.join('.') ?? '';
  if (issue?.code !== 'unrecognized_keys') return refuse(`Invalid value: '${param}'.`, { param });
  const [key = ''] = issue.keys;
  return refuse(`Unknown parameter: '${key}'.`, { code: 'unknown_parameter', param: key });
}

async function checkImages(images: readonly Blob[], mask: Blob | null): Promise<void> {
  if (images.length > 16) throw refuse('There are too many images.', { param: 'image' });
  const facts = await Promise.all(images.map(findPictureFacts));
  if (facts.includes(undefined)) throw refuse('An image is none.', { code: 'invalid_image_file' });
  if (mask === null) return;
  const shape = await findPictureFacts(mask);
  const fits = shape?.width === facts[0]?.width && shape?.height === facts[0]?.height;
  if (shape?.format !== 'png' || !shape.hasAlpha || !fits) {
    throw refuse('Invalid mask image format.', { code: 'invalid_mask_image_format', param: 'mask' });
  }
}

const side = z.int().min(64).max(2048).default(512);
const nebiusFields = z.strictObject({
  model: z.string(),
  prompt: z.string().min(1).max(2000),
  width: side,
  height: side,
  num_inference_steps: z.int().min(1).max(80).nullish(),
  negative_prompt: z.string().default(''),
  seed: z.int().min(-1).default(-1),
  guidance_scale: z.number().nullish(),
  response_extension: z.enum(['webp', 'png', 'jpg']),
  response_format: z.enum(['b64_json', 'url']),
});

function parseNebius({ fields }: Content): ParsedRequest {
  const parsed = nebiusFields.safeParse(fields);
  if (!parsed.success) {
    const detail = parsed.error.issues.map(({ path, message: msg, code: type }) => ({
      loc: ['body', ...path],
      msg,
      type,
    }));
    throw new Refusal(422, { detail });
  }
  const { model, width, height, response_extension: format } = parsed.data;
  if (!/^(black-forest-labs|stability-ai)\//.test(model)) throw new Refusal(404, { detail: `There is no ${model}.` });
  return { pictures: 1, width, height, format, quality: 'auto', inputs: 0, partialImages: null };
}

const plainFields = z.strictObject({
  model: z.string().optional(),
  prompt: z.string().min(1),
  n: z.int().min(1).max(8).default(1),
  size: z
    .string()
    .regex(/^\d+x\d+$/)
    .default('512x512'),
  response_format: z.literal('b64_json').optional(),
});

function parsePlain({ fields, images }: Content): ParsedRequest {
  const parsed = plainFields.safeParse(fields);
  if (!parsed.success) throw new Refusal(400, { error: z.prettifyError(parsed.error) });
  const { n: pictures, size } = parsed.data;
  const unused = { quality: 'auto', partialImages: null };
  return { pictures, ...toPixels(size), format: 'png', inputs: images.length, ...unused };
}
