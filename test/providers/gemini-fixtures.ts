import type { ImageModel } from '../../src/domain/image-model.ts';
import { createSecret, type Secret } from '../../src/domain/secret.ts';
import { createDownloader } from '../../src/network/download.ts';
import { createFetch } from '../../src/network/fetch.ts';
import { createGeminiProvider, geminiModels } from '../../src/providers/gemini/gemini-provider.ts';
import { type ModelChanges, readModels } from '../../src/providers/model-definition.ts';
import type { PictureOrder, Provider, ProviderEvent } from '../../src/providers/provider.ts';
import { findModel, toOrder } from '../support/orders.ts';
import { startGeminiStandin } from '../support/standins/gemini.ts';
import { type ReceivedRequest, type Standin, sendJson } from '../support/standins/standin.ts';
import { secret } from './provider-contract.ts';

export interface GeminiAt {
  readonly url: string;
  readonly timeoutMilliseconds?: number;
  readonly apiKey?: Secret | undefined;
  readonly changes?: ModelChanges;
}

/** What makes providers, and is disposed of when they are no longer needed. */
export function createGeminiMaker(): AsyncDisposable & { readonly create: (at: GeminiAt) => Provider } {
  const stack = new AsyncDisposableStack();
  const { fetch } = stack.use(createFetch());
  const downloader = stack.use(createDownloader({ trustedOrigins: [] }));
  const dependencies = { fetch, downloader, clock: Date };
  return {
    create: ({ url, changes = {}, ...at }) => {
      const models = readModels('gemini', geminiModels, changes);
      return createGeminiProvider(dependencies, { apiKey: createSecret(secret), baseUrl: url, models, ...at });
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export interface GeminiStage extends AsyncDisposable {
  readonly standin: Standin;
  createProvider(at?: Omit<GeminiAt, 'url'>): Provider;
  /** Orders one picture, of Nano Banana 2.1 unless another model is wished for. */
  generate(wishes?: Partial<PictureOrder>): AsyncIterable<ProviderEvent>;
  /** The next call is answered with this instead of a picture. */
  answerWith(body: object, status?: number, headers?: Record<string, string>): void;
}

/** A provider that talks to a stand-in of its own. */
export async function startGemini(): Promise<GeminiStage> {
  const stack = new AsyncDisposableStack();
  const standin = stack.use(await startGeminiStandin({ apiKey: secret }));
  const maker = stack.use(createGeminiMaker());
  const createProvider = (at = {}) => maker.create({ url: standin.url, ...at });
  const provider = createProvider();
  return {
    standin,
    createProvider,
    generate: (wishes = {}) => provider.generate(toOrder(wishes.model ?? nanoBanana(provider), wishes)),
    answerWith(body, status = 200, headers = {}) {
      standin.interject(/:generateContent$/, (_, response) => sendJson(response, status, body, headers));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

export function nanoBanana(provider: Pick<Provider, 'models'>): ImageModel {
  return findModel(provider, 'gemini/nano-banana-2.1');
}

export function bodyOf(request: ReceivedRequest | undefined): unknown {
  return JSON.parse(`${request?.body}`);
}

/** A reply of one candidate with these parts. */
export function toReply(parts: readonly object[], rest: object = {}): object {
  return { candidates: [{ content: { parts, role: 'model' }, finishReason: 'STOP', index: 0, ...rest }] };
}

export function toPart(bytes: Uint8Array, mimeType = 'image/png'): object {
  return { inlineData: { mimeType, data: Buffer.from(bytes).toString('base64') } };
}

/** A reply without a picture. */
export function toStop(finishReason: string, rest: object = {}): object {
  return { candidates: [{ content: {}, finishReason, index: 0, ...rest }] };
}

/** Recorded from gemini-3.1-flash-image (vercel/ai, google-image-gemini-3.1-flash-image.json), with a picture of ours. */
export function toRecordedReply(picture: Uint8Array): object {
  const parts = [{ ...toPart(picture, 'image/jpeg'), thoughtSignature: 'A'.repeat(597_616) }];
  return {
    ...toReply(parts),
    usageMetadata: {
      promptTokenCount: 10,
      candidatesTokenCount: 1392,
      totalTokenCount: 1402,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 10 }],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1120 }],
      serviceTier: 'standard',
    },
    modelVersion: 'gemini-3.1-flash-image',
    responseId: 'dTOras2iGqLc-sAPiO2BiAw',
  };
}

const usageOfNothing = {
  promptTokenCount: 9,
  totalTokenCount: 9,
  promptTokensDetails: [{ modality: 'TEXT', tokenCount: 9 }],
  serviceTier: 'standard',
};

/** Recorded (vercel/ai, google-image-no-image-live.json). */
export const recordedNoImage = {
  ...toStop('NO_IMAGE'),
  usageMetadata: usageOfNothing,
  modelVersion: 'gemini-3.1-flash-image-preview',
  responseId: 'yzOraue2AfW1_PUPqru3sQY',
};

/** Recorded (vercel/ai, issue-19758-image-prompt-block.json). */
export const recordedBlock = {
  promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
  usageMetadata: usageOfNothing,
  modelVersion: 'gemini-3.1-flash-image-preview',
  responseId: 'FHGPatmJMfqI1MkP28uN-Qg',
};

/** Reported in BerriAI/litellm#20357. */
export const reportedRefusal = {
  candidates: [
    {
      content: { role: 'model' },
      finishReason: 'IMAGE_PROHIBITED_CONTENT',
      finishMessage: 'The model output could not be generated. Support code: 42876398.',
    },
  ],
  usageMetadata: { promptTokenCount: 1119, totalTokenCount: 1359, thoughtsTokenCount: 240 },
};

/** Recorded (vercel/ai, google-429-retry-info.json). */
export const recordedRateLimit = {
  error: {
    code: 429,
    message: 'You exceeded your current quota, please check your plan.',
    status: 'RESOURCE_EXHAUSTED',
    details: [
      toQuotaFailure({ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier' }),
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.4s' },
    ],
  },
};

/** Recorded (vercel/ai, google-thinking-level-minimal-unsupported.json). */
export const recordedBadLevel = {
  error: {
    code: 400,
    message: 'Thinking level MINIMAL is not supported for this model. Please retry with other thinking level.',
    status: 'INVALID_ARGUMENT',
  },
};

export function toQuotaFailure(...violations: readonly object[]): object {
  return { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations };
}
