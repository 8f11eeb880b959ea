import { type Config, findSecrets } from './config.ts';
import type { Clock } from './domain/clock.ts';
import type { Secret } from './domain/secret.ts';
import { createDownloader, type Downloader, patienceWithStrangers } from './network/download.ts';
import { createFairDownloader } from './network/fair-downloader.ts';
import { createFetch, type Fetch } from './network/fetch.ts';
import { createAddressRule } from './network/public-address.ts';
import { createUrlRule } from './network/url-rule.ts';
import { createBuiltinEnhancer } from './prompts/builtin-enhancer.ts';
import { createGeminiEnhancer } from './prompts/gemini-enhancer.ts';
import { createOpenAIEnhancer } from './prompts/openai-enhancer.ts';
import type { PromptEnhancer } from './prompts/prompt-enhancer.ts';
import { automatic1111Models, createAutomatic1111Provider } from './providers/automatic1111/automatic1111-provider.ts';
import { cloudflareModels, createCloudflareProvider } from './providers/cloudflare/cloudflare-provider.ts';
import { comfyuiModels, createComfyuiProvider } from './providers/comfyui/comfyui-provider.ts';
import { createDiscreetProvider } from './providers/discreet-provider.ts';
import { createFalProvider, falModels } from './providers/fal/fal-provider.ts';
import { createGeminiProvider, geminiModels } from './providers/gemini/gemini-provider.ts';
import { type ModelDefinitions, readModels } from './providers/model-definition.ts';
import { type ModelsFile, readModelsFile } from './providers/models-file.ts';
import { createOpenAIProvider, nebiusModels, openaiModels } from './providers/openai/openai-provider.ts';
import type { Provider } from './providers/provider.ts';
import { createReplicateProvider, replicateModels } from './providers/replicate/replicate-provider.ts';
import { createRunpodProvider, runpodModels } from './providers/runpod/runpod-provider.ts';
import type { VendorDependencies } from './providers/vendor.ts';

/** The providers that call somebody, on or off as configuration has it, and what they reach the world with. */
export interface Vendors extends AsyncDisposable {
  readonly providers: readonly Provider[];
  readonly enhancer: PromptEnhancer;
  /** For URLs that users chose. */
  readonly publicDownloader: Downloader;
}

/** Throws an `Error` with one line for each problem of the models' configuration. */
export function createVendors(config: Config, clock: Clock): Vendors {
  const file = readModelsFile(config.MODELS_FILE);
  const resources = new AsyncDisposableStack();
  const { fetch } = resources.use(createFetch());
  const downloader = resources.use(createDownloader({ trustedOrigins: findOrigins(config, file) }));
  const dependencies = { fetch, downloader, clock };
  const toModels = (name: string, definitions: ModelDefinitions) => readModels(name, definitions, file.models);
  const providers = [
    ...createHosted(config, dependencies, toModels),
    ...createQueued(config, dependencies, toModels),
    ...createServers(file, dependencies, toModels),
  ];
  checkSlugs(file, providers);
  const secrets = [...findSecrets(config), ...findKeys(file)];
  const publicDownloader = resources.use(createPublicDownloader(config));
  const enhancer = createEnhancer(config, fetch);
  const discreet = providers.map((provider) => createDiscreetProvider(provider, secrets));
  return { providers: discreet, enhancer, publicDownloader, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** All that nobody may see: what the configuration says, and what its MODELS_FILE does. Throws as `createVendors` does. */
export function findAllSecrets(config: Config): readonly Secret[] {
  return [...findSecrets(config), ...findKeys(readModelsFile(config.MODELS_FILE))];
}

function findKeys({ servers }: ModelsFile): readonly Secret[] {
  return Object.values(servers).map(({ apiKey }) => apiKey);
}

function createPublicDownloader(config: Config): Downloader {
  const downloader = createDownloader({
    trustedOrigins: config.INPUT_URL_PRIVATE_ORIGINS,
    mayAsk: createUrlRule({
      protocols: config.INPUT_URLS === 'on' ? ['http:', 'https:'] : ['https:'],
      ports: config.INPUT_URL_PORTS,
      hosts: config.INPUT_URL_HOSTS,
    }),
    isAllowed: createAddressRule(config.INPUT_URL_DENIED_NETWORKS),
    patience: patienceWithStrangers,
  });
  return createFairDownloader(downloader);
}

/** The one that is named, and otherwise the first that has a key. Throws an `Error` where the named one has none. */
function createEnhancer(config: Config, fetch: Fetch): PromptEnhancer {
  const { OPENAI_API_KEY, GEMINI_API_KEY, ENHANCER_MODEL: model } = config;
  const usual = OPENAI_API_KEY !== undefined ? 'openai' : GEMINI_API_KEY !== undefined ? 'gemini' : 'builtin';
  const name = config.ENHANCER ?? usual;
  if (name === 'builtin') return createBuiltinEnhancer();
  const [key, apiKey] =
    name === 'openai' ? (['OPENAI_API_KEY', OPENAI_API_KEY] as const) : (['GEMINI_API_KEY', GEMINI_API_KEY] as const);
  if (apiKey === undefined) throw new Error(`ENHANCER: ${name} needs ${key}.`);
  if (name === 'openai') return createOpenAIEnhancer({ fetch, apiKey, baseUrl: config.OPENAI_BASE_URL, model });
  return createGeminiEnhancer({ fetch, apiKey, baseUrl: config.GEMINI_BASE_URL, model });
}

type ToModels = (name: string, definitions: ModelDefinitions) => Provider['models'];

function createHosted(config: Config, dependencies: VendorDependencies, toModels: ToModels): readonly Provider[] {
  return [
    createOpenAIProvider(dependencies, {
      name: 'openai',
      label: 'OpenAI',
      keyVariable: 'OPENAI_API_KEY',
      apiKey: config.OPENAI_API_KEY,
      baseUrl: config.OPENAI_BASE_URL,
      models: toModels('openai', openaiModels),
    }),
    createOpenAIProvider(dependencies, {
      name: 'nebius',
      label: 'Nebius',
      keyVariable: 'NEBIUS_API_KEY',
      apiKey: config.NEBIUS_API_KEY,
      baseUrl: config.NEBIUS_API_ENDPOINT,
      models: toModels('nebius', nebiusModels),
    }),
    createGeminiProvider(dependencies, {
      apiKey: config.GEMINI_API_KEY,
      baseUrl: config.GEMINI_BASE_URL,
      models: toModels('gemini', geminiModels),
    }),
    createCloudflareProvider(dependencies, {
      accountId: config.CLOUDFLARE_ID,
      apiKey: config.CLOUDFLARE_API_KEY,
      baseUrl: config.CLOUDFLARE_BASE_URL,
      models: toModels('cloudflare', cloudflareModels),
    }),
  ];
}

/** Those that work in a queue of their own. */
function createQueued(config: Config, dependencies: VendorDependencies, toModels: ToModels): readonly Provider[] {
  return [
    createRunpodProvider(dependencies, {
      apiKey: config.RUNPOD_API_KEY,
      baseUrl: config.RUNPOD_API_URL,
      models: toModels('runpod', runpodModels),
    }),
    createReplicateProvider(dependencies, {
      apiKey: config.REPLICATE_API_TOKEN,
      baseUrl: config.REPLICATE_BASE_URL,
      models: toModels('replicate', replicateModels),
    }),
    createFalProvider(dependencies, {
      apiKey: config.FAL_KEY,
      baseUrl: config.FAL_BASE_URL,
      webhookKeysUrl: config.FAL_JWKS_URL,
      models: toModels('fal', falModels),
    }),
    createComfyuiProvider(dependencies, {
      baseUrl: config.COMFYUI_URL,
      models: toModels('comfyui', comfyuiModels),
    }),
    createAutomatic1111Provider(dependencies, {
      baseUrl: config.AUTOMATIC1111_URL,
      models: toModels('automatic1111', automatic1111Models),
    }),
  ];
}

/** Servers of one's own that speak as OpenAI does: all of their models come from the file. */
function createServers({ servers }: ModelsFile, dependencies: VendorDependencies, toModels: ToModels) {
  return Object.entries(servers).map(([name, { label, baseUrl, apiKey }]) =>
    createOpenAIProvider(dependencies, { name, label, apiKey, baseUrl, keyVariable: null, models: toModels(name, {}) }),
  );
}

/** What nobody would ever read is a mistake. */
function checkSlugs({ models }: ModelsFile, providers: readonly Provider[]): void {
  const names = new Set(providers.map(({ name }) => name));
  const strangers = Object.keys(models).filter((slug) => !names.has(slug.split('/')[0] ?? ''));
  if (strangers.length > 0) throw new Error(`MODELS_FILE: nobody makes ${strangers.join(', ')}.`);
}

/** What a configured server answers may lead back to it, wherever it stands. */
function findOrigins(config: Config, { servers }: ModelsFile): readonly string[] {
  const urls = [
    config.OPENAI_BASE_URL,
    config.NEBIUS_API_ENDPOINT,
    config.GEMINI_BASE_URL,
    config.CLOUDFLARE_BASE_URL,
    config.RUNPOD_API_URL,
    config.REPLICATE_BASE_URL,
    config.FAL_BASE_URL,
    config.COMFYUI_URL,
    config.AUTOMATIC1111_URL?.reveal(),
    ...Object.values(servers).map(({ baseUrl }) => baseUrl),
  ];
  return urls.flatMap((url) => (url === undefined ? [] : [new URL(url).origin]));
}
