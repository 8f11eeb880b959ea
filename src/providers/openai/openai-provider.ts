import type OpenAI from 'openai';
import type { Downloader } from '../../network/download.ts';
import type { ModelDefinitions } from '../model-definition.ts';
import { readPicture } from '../picture-source.ts';
import type { PictureOrder, Provider, ProviderEvent } from '../provider.ts';
import type { VendorDependencies, VendorSettings } from '../vendor.ts';
import { withinTime } from '../within-time.ts';
import { callServer } from './call-server.ts';
import { createClient } from './create-client.ts';
import { followAnswer } from './follow-answer.ts';
import { type ModelSettings, parseModelSettings } from './model-settings.ts';
import openaiDefinitions from './models.json' with { type: 'json' };
import nebiusDefinitions from './nebius-models.json' with { type: 'json' };
import type { PicturesMessage } from './read-reply.ts';
import { toCostUsd } from './to-cost.ts';
import { createBadResponse, type Server } from './to-failure.ts';
import { toRequest } from './to-request.ts';

export const openaiModels: ModelDefinitions = openaiDefinitions;
export const nebiusModels: ModelDefinitions = nebiusDefinitions;

export interface OpenAIProviderSettings extends VendorSettings {
  /** The first part of its models' slugs: `openai`, `nebius`, or what configuration calls a server. */
  readonly name: string;
  /** Its name for people. */
  readonly label: string;
  /** The variable that its key comes from; null for a server that asks for none and is always on. */
  readonly keyVariable: string | null;
  readonly timeoutMilliseconds?: number;
}

/** OpenAI says that a picture may take two minutes, and does not promise it. */
const usualTimeoutMilliseconds = 300_000;

/**
 * OpenAI's images, or those of any server that speaks its protocol: each model's settings name the dialect. Throws an `Error` for
 * settings that are not understood.
 */
export function createOpenAIProvider(
  { fetch, downloader }: VendorDependencies,
  { name, label, models, apiKey, baseUrl, keyVariable, ...limits }: OpenAIProviderSettings,
): Provider {
  const { timeoutMilliseconds = usualTimeoutMilliseconds } = limits;
  for (const model of models) parseModelSettings(model);
  const client = createClient(fetch, { apiKey, baseUrl });
  const server = { label, apiKey };
  return {
    name,
    models,
    offReason: apiKey === undefined && keyVariable !== null ? `Set ${keyVariable}.` : null,
    repeatable: false,
    timeoutMilliseconds,
    generate: (order) =>
      withinTime({ vendor: label, timeoutMilliseconds }, order, (timedOrder) =>
        makePictures({ client, server, downloader, order: timedOrder, settings: parseModelSettings(order.model) }),
      ),
  };
}

interface Call {
  readonly client: OpenAI;
  readonly server: Server;
  readonly downloader: Downloader;
  readonly order: PictureOrder;
  readonly settings: ModelSettings;
}

async function* makePictures(call: Call): AsyncGenerator<ProviderEvent, void, undefined> {
  const { client, server, order, settings } = call;
  const answer = callServer({ client, server, signal: order.signal }, toRequest(order, settings));
  const { partialImages } = settings;
  const made = yield* followAnswer(answer, { partialImages, shrinkFrame: order.shrinkFrame });
  if (made === undefined || made.pictures.length === 0) {
    throw createBadResponse(`${server.label} answered without a picture.`);
  }
  yield* deliver(call, made);
}

/** Pictures that nobody ordered are left out. */
async function* deliver(
  { server, downloader, order, settings }: Call,
  { pictures, usage }: PicturesMessage,
): AsyncGenerator<ProviderEvent, void, undefined> {
  const costUsd = toCostUsd(usage, settings.prices);
  if (costUsd !== undefined) yield { type: 'account', costUsd };
  for (const [index, { position, seed }] of order.pictures.entries()) {
    const picture = pictures[index];
    if (picture === undefined) return;
    const { source, revisedPrompt } = picture;
    const bytes = await readPicture(downloader, { vendor: server.label, source, signal: order.signal });
    yield { type: 'picture', position, seed, bytes, ...(revisedPrompt === null ? {} : { revisedPrompt }) };
  }
}
