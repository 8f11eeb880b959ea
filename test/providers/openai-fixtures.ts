import { createSecret } from '../../src/domain/secret.ts';
import { createDownloader } from '../../src/network/download.ts';
import { createFetch } from '../../src/network/fetch.ts';
import { type ModelChanges, type ModelDefinitions, readModels } from '../../src/providers/model-definition.ts';
import { createOpenAIProvider, nebiusModels, openaiModels } from '../../src/providers/openai/openai-provider.ts';
import type { PictureOrder, Provider } from '../../src/providers/provider.ts';
import type { VendorDependencies } from '../../src/providers/vendor.ts';
import { findModel, toOrder } from '../support/orders.ts';
import { startOpenAIStandin } from '../support/standins/openai.ts';
import type { Dialect } from '../support/standins/openai-requests.ts';
import type { ReceivedRequest } from '../support/standins/standin.ts';
import { secret } from './provider-contract.ts';

interface ServerFacts {
  readonly name: string;
  readonly label: string;
  readonly dialect: Dialect;
  readonly definitions: ModelDefinitions;
  readonly apiKey: string | undefined;
  readonly keyVariable: string | null;
}

export const openai: ServerFacts = {
  name: 'openai',
  label: 'OpenAI',
  dialect: 'openai',
  definitions: openaiModels,
  apiKey: secret,
  keyVariable: 'OPENAI_API_KEY',
};

export const nebius: ServerFacts = {
  name: 'nebius',
  label: 'Nebius',
  dialect: 'nebius',
  definitions: nebiusModels,
  apiKey: secret,
  keyVariable: 'NEBIUS_API_KEY',
};

/** A server of one's own, as configuration names it. */
export const studio: ServerFacts = {
  name: 'studio',
  label: 'The studio',
  dialect: 'plain',
  definitions: {
    'studio/sd': {
      name: 'SD',
      vendorModel: 'sd-cpp-local',
      capabilities: { picturesPerCall: 2, inputImages: { min: 0, max: 4 }, mask: true },
      settings: { dialect: 'plain' },
    },
  },
  apiKey: undefined,
  keyVariable: null,
};

/** What makes OpenAI answer in one piece. */
export const unstreamed = {
  'openai/gpt-image-2': { settings: { partialImages: 0 }, capabilities: { picturesPerCall: 4 } },
};

export interface ServerAddress {
  readonly url: string;
  readonly timeoutMilliseconds?: number;
}

export interface Connection extends AsyncDisposable {
  connect(facts: ServerFacts, at: ServerAddress, changes?: ModelChanges): Provider;
}

/** As the app has it: npm's undici, and no address trusted but the server's own. */
export function openConnection(): Connection {
  const network = createFetch();
  const downloaders = new AsyncDisposableStack();
  return {
    connect({ definitions, apiKey, ...facts }, { url, ...limits }, changes = {}) {
      const downloader = downloaders.use(createDownloader({ trustedOrigins: [url] }));
      const dependencies: VendorDependencies = { fetch: network.fetch, downloader, clock: { now: () => 0 } };
      const models = readModels(facts.name, definitions, changes);
      return createOpenAIProvider(dependencies, {
        ...facts,
        ...limits,
        apiKey: apiKey === undefined ? undefined : createSecret(apiKey),
        baseUrl: `${url}/v1`,
        models,
      });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([network[Symbol.asyncDispose](), downloaders.disposeAsync()]);
    },
  };
}

/** A server and a provider that is connected to it. */
export async function openStage(facts: ServerFacts, changes: ModelChanges = {}) {
  const standin = await startOpenAIStandin({ dialect: facts.dialect });
  const connection = openConnection();
  const provider = connection.connect(facts, standin, changes);
  return {
    standin,
    provider,
    generate: (slug: string, wishes: Partial<PictureOrder> = {}) =>
      provider.generate(toOrder(findModel(provider, slug), wishes)),
    async [Symbol.asyncDispose]() {
      await connection[Symbol.asyncDispose]();
      await standin[Symbol.asyncDispose]();
    },
  };
}

export function bodyOf(request: ReceivedRequest | undefined): unknown {
  return JSON.parse(String(request?.body));
}

export function toPictures(count: number): PictureOrder['pictures'] {
  return Array.from({ length: count }, (_, position) => ({ position, seed: null }));
}
