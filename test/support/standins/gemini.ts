import sharp from 'sharp';
import { z } from 'zod';
import { answerText, textPath } from './gemini-text.ts';
import { type ReceivedRequest, type Standin, sendJson, sendText, startStandin } from './standin.ts';

export interface GeminiStandinOptions {
  readonly port?: number;
  /** The only key that it knows. Any key will do where none is given. */
  readonly apiKey?: string;
  /** The side of a square picture in 1K, in pixels. The vendor's is 1024. */
  readonly side?: number;
}

const usualRatios = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];
const allRatios = [...usualRatios, '1:4', '1:8', '4:1', '8:1'];

const models: Readonly<Record<string, { readonly ratios: readonly string[]; readonly sizes: readonly string[] }>> = {
  'gemini-nano-banana-2.1': { ratios: allRatios, sizes: ['1K', '2K', '4K'] },
  'gemini-3.1-flash-image': { ratios: allRatios, sizes: ['512', '1K', '2K', '4K'] },
  'gemini-3.1-flash-lite-image': { ratios: allRatios, sizes: ['1K'] },
  'gemini-3-pro-image': { ratios: usualRatios, sizes: ['1K', '2K', '4K'] },
};

const scales: Readonly<Record<string, number>> = { '512': 0.5, '1K': 1, '2K': 2, '4K': 4 };
const imageTokens: Readonly<Record<string, number>> = { '512': 747, '1K': 1120, '2K': 1680, '4K': 2520 };

const inlineData = z.strictObject({
  mimeType: z.enum(['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif']),
  data: z
    .base64()
    .min(4)
    .max(Math.ceil((7 * 1024 * 1024) / 3) * 4),
});

const part = z.union([z.strictObject({ text: z.string().min(1) }), z.strictObject({ inlineData })]);

/** What `GenerateContentRequest` of generativelanguage/v1beta knows and Darkroom has a use for; nothing else passes. */
const request = z.strictObject({
  contents: z.tuple([z.strictObject({ role: z.literal('user'), parts: z.array(part).min(1) })]),
  generationConfig: z.strictObject({
    seed: z.int().min(-2_147_483_648).max(2_147_483_647).optional(),
    responseModalities: z.tuple([z.literal('TEXT'), z.literal('IMAGE')]),
    thinkingConfig: z.strictObject({ thinkingLevel: z.enum(['MINIMAL', 'LOW', 'MEDIUM', 'HIGH']) }).optional(),
    imageConfig: z.strictObject({ aspectRatio: z.string().optional(), imageSize: z.string().optional() }).optional(),
  }),
});

type GeminiRequest = z.infer<typeof request>;

/** Speaks `generateContent` of Google's Gemini API, as it is with a key and in `v1beta` only. */
export function startGeminiStandin(options: GeminiStandinOptions = {}): Promise<Standin> {
  return startStandin(async (received, response) => {
    if (textPath.test(received.path)) return answerText(received, response, options);
    const { status, body } = await answer(received, options);
    if (typeof body === 'string') sendText(response, status, body, 'text/html');
    else sendJson(response, status, body);
  }, options);
}

interface Reply {
  readonly status: number;
  readonly body: object | string;
}

async function answer(received: ReceivedRequest, { apiKey, side = 64 }: GeminiStandinOptions): Promise<Reply> {
  const [, name] = /^\/v1beta\/models\/([^/:?]+):generateContent$/.exec(received.path) ?? [];
  if (received.method !== 'POST' || name === undefined) {
    return { status: 404, body: '<html><title>Error 404 (Not Found)!!1</title></html>' };
  }
  const refusal = refuseKey(received, apiKey) ?? refuseModel(name) ?? refuseSize(received);
  if (refusal !== undefined) return refusal;
  const { data, error } = request.safeParse(parse(received.body));
  if (error !== undefined) return refuseFields(error);
  const problem = findWrongConfig(name, data) ?? (await findWrongPicture(data));
  if (problem !== undefined) return toError(400, 'INVALID_ARGUMENT', problem);
  return { status: 200, body: await draw(name, data, side) };
}

/** An error in the words and the shape of Google's. */
function toError(code: number, status: string, message: string, details: readonly object[] = []): Reply {
  const error = { code, message, status, ...(details.length === 0 ? {} : { details }) };
  return { status: code, body: { error } };
}

function refuseKey({ headers }: ReceivedRequest, apiKey: string | undefined): Reply | undefined {
  const key = headers['x-goog-api-key'];
  if (key === undefined || key === '') {
    return toError(403, 'PERMISSION_DENIED', "Method doesn't allow unregistered callers (callers without identity).");
  }
  if (apiKey === undefined || key === apiKey) return undefined;
  const reason = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: 'API_KEY_INVALID',
    domain: 'googleapis.com',
  };
  return toError(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [reason]);
}

function refuseModel(name: string): Reply | undefined {
  if (name in models) return undefined;
  const message = `models/${name} is not found for API version v1beta, or is not supported for generateContent.`;
  return toError(404, 'NOT_FOUND', message);
}

function refuseSize({ body }: ReceivedRequest): Reply | undefined {
  if (body.byteLength <= 20 * 1024 * 1024) return undefined;
  return toError(400, 'INVALID_ARGUMENT', 'Request payload size exceeds the limit: 20971520 bytes.');
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function refuseFields({ issues }: z.ZodError): Reply {
  const fieldViolations = issues.map(({ path, message }) => ({ field: path.join('.'), description: message }));
  const details = [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations }];
  const [first] = fieldViolations;
  const message = `Invalid JSON payload received. ${first?.field}: ${first?.description}`;
  return toError(400, 'INVALID_ARGUMENT', message, details);
}

function findWrongConfig(name: string, { contents, generationConfig }: GeminiRequest): string | undefined {
  const { aspectRatio = '1:1', imageSize = '1K' } = generationConfig.imageConfig ?? {};
  const { ratios, sizes } = models[name] ?? { ratios: [], sizes: [] };
  const pictures = contents[0].parts.filter((one) => 'inlineData' in one);
  if (!ratios.includes(aspectRatio)) return `aspect_ratio must be one of ${ratios.join(', ')}.`;
  if (!sizes.includes(imageSize)) return `image_size must be one of ${sizes.join(', ')}.`;
  return pictures.length > 14 ? 'The model takes 14 images at most.' : undefined;
}

async function findWrongPicture({ contents }: GeminiRequest): Promise<string | undefined> {
  for (const one of contents[0].parts) {
    if (!('inlineData' in one)) continue;
    const { mimeType, data } = one.inlineData;
    const facts = await sharp(Buffer.from(data, 'base64'))
      .metadata()
      .catch(() => undefined);
    if (mimeType !== `image/${facts?.format}`) return 'Unable to process input image.';
  }
  return undefined;
}

async function draw(modelVersion: string, { contents, generationConfig }: GeminiRequest, side: number) {
  const { aspectRatio = '1:1', imageSize = '1K' } = generationConfig.imageConfig ?? {};
  const picture = await paint(aspectRatio, side * (scales[imageSize] ?? 1));
  const inputs = contents[0].parts.filter((one) => 'inlineData' in one).length;
  const tokenCount = imageTokens[imageSize] ?? 0;
  const promptTokenCount = 10 + 1120 * inputs;
  const parts = [
    { text: inputs === 0 ? 'Here it is.' : `Here it is, made of ${inputs}.` },
    { inlineData: { mimeType: 'image/jpeg', data: picture.toString('base64') }, thoughtSignature: 'c2lnbmVk' },
  ];
  return {
    candidates: [{ content: { parts, role: 'model' }, finishReason: 'STOP', index: 0 }],
    usageMetadata: {
      promptTokenCount,
      candidatesTokenCount: tokenCount + 8,
      totalTokenCount: promptTokenCount + tokenCount + 8,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 10 }],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount }],
      serviceTier: 'standard',
    },
    modelVersion,
    responseId: 'response-of-the-stand-in',
  };
}

function paint(aspectRatio: string, side: number): Promise<Buffer> {
  const [across = 1, down = 1] = aspectRatio.split(':').map(Number);
  const width = Math.round(side * Math.sqrt(across / down));
  const height = Math.round(side * Math.sqrt(down / across));
  return sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();
}
