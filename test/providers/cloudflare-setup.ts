import { afterAll } from 'vitest';
import { createSecret } from '../../src/domain/secret.ts';
import {
  type CloudflareSettings,
  cloudflareModels,
  createCloudflareProvider,
} from '../../src/providers/cloudflare/cloudflare-provider.ts';
import { type ModelChanges, readModels } from '../../src/providers/model-definition.ts';
import type { PictureOrder, Provider, ProviderEvent } from '../../src/providers/provider.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { eventsOf, failureOf, findModel, toOrder } from '../support/orders.ts';
import { startCloudflareStandin } from '../support/standins/cloudflare.ts';
import type { ReceivedRequest, Standin } from '../support/standins/standin.ts';
import { secret } from './provider-contract.ts';
import { openVendorDependencies } from './vendor-dependencies.ts';

export const accountId = '023e105f4ecef8ad9ca31a8372d0c353';

export const startStandin = () => startCloudflareStandin({ apiKey: secret, accountId });

export interface Wishes extends Partial<CloudflareSettings> {
  /** The stand-in's. */
  readonly url: string;
  readonly changes?: ModelChanges;
}

/** Providers that share what they are made of. It is closed after the last test of the file. */
export function openProviders(): (wishes: Wishes) => Provider {
  const toDependencies = openVendorDependencies();
  return ({ url, changes = {}, ...settings }) => {
    const models = readModels('cloudflare', cloudflareModels, changes);
    const usual = {
      apiKey: createSecret(secret),
      accountId: createSecret(accountId),
      baseUrl: `${url}/client/v4`,
      models,
    };
    return createCloudflareProvider(toDependencies({ url }), { ...usual, ...settings });
  };
}

export interface Cloudflare {
  readonly standin: Standin;
  readonly provider: Provider;
  generate(slug: string, wishes?: Partial<PictureOrder>): Promise<readonly ProviderEvent[]>;
  /** The bytes of the one picture. */
  makePicture(slug: string, wishes?: Partial<PictureOrder>): Promise<Uint8Array>;
  fail(slug: string, wishes?: Partial<PictureOrder>): Promise<ProviderError>;
  /** What was sent last. */
  lastRequest(): ReceivedRequest;
}

/** A provider and its stand-in, for one file of tests. */
export async function openCloudflare(changes: ModelChanges = {}): Promise<Cloudflare> {
  const createProvider = openProviders();
  const standin = await startStandin();
  afterAll(() => standin[Symbol.asyncDispose]());
  const provider = createProvider({ url: standin.url, changes });
  const start = (slug: string, wishes?: Partial<PictureOrder>) =>
    provider.generate(toOrder(findModel(provider, slug), wishes));
  return {
    standin,
    provider,
    generate: (slug, wishes) => Array.fromAsync(start(slug, wishes)),
    async makePicture(slug, wishes) {
      const [picture] = eventsOf(await Array.fromAsync(start(slug, wishes)), 'picture');
      if (picture === undefined) throw new Error('No picture came.');
      return picture.bytes;
    },
    async fail(slug, wishes) {
      const failure = await failureOf(start(slug, wishes));
      if (!(failure instanceof ProviderError)) throw failure;
      return failure;
    },
    lastRequest() {
      const request = standin.received.at(-1);
      if (request === undefined) throw new Error('Nothing was sent.');
      return request;
    },
  };
}
