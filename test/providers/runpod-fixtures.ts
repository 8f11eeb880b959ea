import { afterAll, beforeAll } from 'vitest';
import { createSecret } from '../../src/domain/secret.ts';
import { createDownloader, type Downloader } from '../../src/network/download.ts';
import { type ModelChanges, readModels } from '../../src/providers/model-definition.ts';
import type { PictureOrder, Provider, ProviderEvent } from '../../src/providers/provider.ts';
import { createRunpodProvider, type RunpodSettings, runpodModels } from '../../src/providers/runpod/runpod-provider.ts';
import { findModel, toOrder } from '../support/orders.ts';
import { type RunpodStandin, startRunpodStandin } from '../support/standins/runpod.ts';
import type { JobState } from '../support/standins/runpod-workers.ts';
import { secret } from './provider-contract.ts';

const quickPolls = { first: 1, most: 4 };

type Wishes = Partial<Omit<RunpodSettings, 'models'>> & { readonly changes?: ModelChanges };

/** Reaches the stand-in's files as well as its API. */
export function createTestProvider(url: string, { changes = {}, ...settings }: Wishes = {}): Provider {
  const downloader = createDownloader({ trustedOrigins: [new URL(url).origin] });
  const dependencies = { fetch, downloader: closedLater(downloader), clock: { now: () => Date.now() } };
  const models = readModels('runpod', runpodModels, changes);
  return createRunpodProvider(dependencies, {
    apiKey: createSecret(secret),
    baseUrl: url,
    models,
    pollMilliseconds: quickPolls,
    ...settings,
  });
}

const downloaders: Downloader[] = [];

function closedLater(downloader: Downloader): Downloader {
  downloaders.push(downloader);
  return downloader;
}

/** A stand-in for all tests of a file. */
export function useRunpod() {
  let standin: RunpodStandin;
  beforeAll(async () => {
    standin = await startRunpodStandin();
  });
  afterAll(async () => {
    await standin[Symbol.asyncDispose]();
    await Promise.all(downloaders.splice(0).map((downloader) => downloader[Symbol.asyncDispose]()));
  });

  const createProvider = (wishes: Wishes = {}) => createTestProvider(standin.endpointUrl, wishes);
  const generate = (wishes: Partial<PictureOrder> = {}, provider = createProvider()) =>
    provider.generate(toOrder(findModel(provider, 'runpod/endpoint'), wishes));
  return {
    get standin() {
      return standin;
    },
    createProvider,
    generate,
    /** What is told of a job that goes through these states. */
    tell(...states: readonly JobState[]): AsyncIterable<ProviderEvent> {
      standin.play(...states);
      return generate();
    },
    /** The requests for one operation. */
    asked: (operation: string) => standin.received.filter(({ path }) => path.includes(`/${operation}`)),
    /** The body of the newest `/run`. */
    lastRun(): { readonly input?: unknown } {
      return JSON.parse(String(standin.received.findLast(({ path }) => path.endsWith('/run'))?.body));
    },
  };
}

/** In ComfyUI's API format, as short as may be. */
export const graph = {
  3: {
    class_type: 'KSampler',
    inputs: { seed: '{{seed}}', steps: '{{steps}}', cfg: '{{guidanceScale}}', model: ['4', 0] },
  },
  5: { class_type: 'EmptyLatentImage', inputs: { width: '{{width}}', height: '{{height}}', batch_size: 1 } },
  6: { class_type: 'CLIPTextEncode', inputs: { text: 'best quality, {{prompt}}' } },
  7: { class_type: 'CLIPTextEncode', inputs: { text: '{{negativePrompt}}' } },
  10: { class_type: 'LoadImage', inputs: { image: '{{image}}' } },
};
