import type { ModelDefinitions } from '../model-definition.ts';
import type { Provider } from '../provider.ts';
import type { VendorDependencies, VendorSettings } from '../vendor.ts';
import { withinTime } from '../within-time.ts';
import { parseModelSettings } from './model-settings.ts';
import openaiDefinitions from './models.json' with { type: 'json' };
import nebiusDefinitions from './nebius-models.json' with { type: 'json' };

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
  const server = { label, apiKey, baseUrl };
  const offReason = apiKey === undefined && keyVariable !== null ? `Set ${keyVariable}.` : null;
  // OpenAI's SDK comes with it: a fifth of a second, for the start and not for the first call, and 12 MB for who uses it.
  if (offReason === null) void import('./make-pictures.ts');
  return {
    name,
    models,
    offReason,
    repeatable: false,
    timeoutMilliseconds,
    generate: (order) =>
      withinTime({ vendor: label, timeoutMilliseconds }, order, async function* (timedOrder) {
        const { makePictures } = await import('./make-pictures.ts');
        yield* makePictures({
          fetch,
          downloader,
          server,
          order: timedOrder,
          settings: parseModelSettings(order.model),
        });
      }),
  };
}
