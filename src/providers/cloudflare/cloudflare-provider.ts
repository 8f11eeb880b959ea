import type { ImageModel } from '../../domain/image-model.ts';
import type { Secret } from '../../domain/secret.ts';
import { callVendor } from '../call-vendor.ts';
import type { ModelDefinitions } from '../model-definition.ts';
import type { OrderedPicture, PictureOrder, Provider, ProviderEvent } from '../provider.ts';
import type { VendorDependencies, VendorSettings } from '../vendor.ts';
import { withinTime } from '../within-time.ts';
import { parseModelSettings } from './model-settings.ts';
import definitions from './models.json' with { type: 'json' };
import { readReply } from './read-reply.ts';
import { vendor } from './to-failure.ts';
import { toRequest } from './to-request.ts';

export const cloudflareModels: ModelDefinitions = definitions;

export interface CloudflareSettings extends VendorSettings {
  /** Undefined turns the provider off. */
  readonly accountId: Secret | undefined;
  readonly timeoutMilliseconds?: number;
}

const usualTimeoutMilliseconds = 180_000;

/** Workers AI. Throws an `Error` when the settings of a model are wrong, with a line for each problem. */
export function createCloudflareProvider(dependencies: VendorDependencies, settings: CloudflareSettings): Provider {
  const { models, timeoutMilliseconds = usualTimeoutMilliseconds } = settings;
  for (const model of models) parseModelSettings(model);
  return {
    name: 'cloudflare',
    models,
    offReason: findOffReason(settings),
    repeatable: false,
    timeoutMilliseconds,
    generate: (order) =>
      withinTime({ vendor, timeoutMilliseconds }, order, async function* (limited) {
        for (const picture of limited.pictures) yield makePicture({ dependencies, settings }, limited, picture);
      }),
  };
}

function findOffReason({ accountId, apiKey }: CloudflareSettings): string | null {
  const missing = [
    ...(accountId === undefined ? ['CLOUDFLARE_ID'] : []),
    ...(apiKey === undefined ? ['CLOUDFLARE_API_KEY'] : []),
  ];
  return missing.length === 0 ? null : `Set ${missing.join(' and ')}.`;
}

interface Caller {
  readonly dependencies: VendorDependencies;
  readonly settings: CloudflareSettings;
}

async function makePicture(
  { dependencies, settings }: Caller,
  order: PictureOrder,
  picture: OrderedPicture,
): Promise<ProviderEvent> {
  const { model, signal } = order;
  const { headers, body } = await toRequest(order, picture);
  const answer = await callVendor(dependencies.fetch, {
    vendor,
    method: 'POST',
    url: toUrl(settings, model),
    headers: { authorization: `Bearer ${settings.apiKey?.reveal() ?? ''}`, ...headers },
    body,
    signal,
  });
  const { downloader } = dependencies;
  const bytes = await readReply(answer, { downloader, secrets: [settings.apiKey, settings.accountId], signal });
  return { type: 'picture', position: picture.position, bytes, seed: picture.seed };
}

/** The slashes of a model's id stay as they are: Cloudflare finds no route for `%2F`, which its own SDK sends (7.3.0). */
function toUrl({ baseUrl, accountId }: CloudflareSettings, { vendorModel }: ImageModel): string {
  return `${baseUrl}/accounts/${accountId?.reveal() ?? ''}/ai/run/${vendorModel}`;
}
