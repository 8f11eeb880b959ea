import type { Secret } from '../../domain/secret.ts';
import type { ModelDefinitions } from '../model-definition.ts';
import { readPicture } from '../picture-source.ts';
import type { PictureOrder, Provider, ProviderEvent } from '../provider.ts';
import type { VendorDependencies, VendorSettings } from '../vendor.ts';
import { withinTime } from '../within-time.ts';
import { createGeminiClient, type GeminiClient } from './gemini-client.ts';
import { parseGeminiSettings } from './gemini-settings.ts';
import definitions from './models.json' with { type: 'json' };
import { readCost } from './read-cost.ts';
import { readReply } from './read-reply.ts';
import { takePicture } from './take-picture.ts';
import { vendor } from './to-failure.ts';
import { toRequest } from './to-request.ts';

export const geminiModels: ModelDefinitions = definitions;

export interface GeminiSettings extends VendorSettings {
  readonly timeoutMilliseconds?: number;
}

/** A picture usually takes 15 to 40 seconds, one in 4K longer. */
const usualTimeoutMilliseconds = 300_000;

/** Google's Gemini API with a key of AI Studio. Throws an `Error` that names the model whose `settings` are wrong. */
export function createGeminiProvider(dependencies: VendorDependencies, settings: GeminiSettings): Provider {
  const { apiKey, baseUrl, models, timeoutMilliseconds = usualTimeoutMilliseconds } = settings;
  const client = createGeminiClient({ fetch: dependencies.fetch, apiKey, baseUrl });
  // A wrong setting shows at the start, not with the first order.
  for (const model of models) parseGeminiSettings(model);
  return {
    name: 'gemini',
    models,
    offReason: apiKey === undefined ? 'Set GEMINI_API_KEY.' : null,
    repeatable: false,
    timeoutMilliseconds,
    generate: (order) =>
      withinTime({ vendor, timeoutMilliseconds }, order, (timed) => draw({ client, apiKey, ...dependencies }, timed)),
  };
}

interface Tools extends VendorDependencies {
  readonly client: GeminiClient;
  readonly apiKey: Secret | undefined;
}

/** Gemini makes one picture a call and tells nothing on the way. */
async function* draw({ client, apiKey, downloader }: Tools, order: PictureOrder): AsyncGenerator<ProviderEvent> {
  const { model, pictures, signal } = order;
  const [ordered] = pictures;
  if (ordered === undefined) return;
  const reply = readReply(await client.generate(await toRequest(order, ordered), signal));
  const costUsd = readCost(reply.usage, parseGeminiSettings(model).usdPerMillionTokens);
  if (costUsd !== undefined) yield { type: 'account', costUsd };
  if (reply.text !== '') yield { type: 'text', text: reply.text };
  const bytes = await readPicture(downloader, { vendor, source: takePicture(reply, apiKey), signal });
  yield { type: 'picture', ...ordered, bytes };
}
