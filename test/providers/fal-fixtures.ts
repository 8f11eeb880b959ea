import { afterAll } from 'vitest';
import { z } from 'zod';
import { createSecret } from '../../src/domain/secret.ts';
import { createFalProvider, type FalSettings, falModels } from '../../src/providers/fal/fal-provider.ts';
import { type ModelChanges, readModels } from '../../src/providers/model-definition.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { type FalStandin, startFalStandin } from '../support/standins/fal.ts';
import type { ReceivedRequest } from '../support/standins/standin.ts';
import { createJobStage, submitJob } from './job-stage.ts';
import { secret } from './provider-contract.ts';
import { openVendorDependencies } from './vendor-dependencies.ts';

interface Wishes extends Partial<FalSettings> {
  /** The stand-in's. */
  readonly url: string;
  readonly changes?: ModelChanges;
}

/** Makes providers that look often. What they share is closed after the last test of the file. */
export function openProviders(): (wishes: Wishes) => Provider {
  const toDependencies = openVendorDependencies();
  return ({ url, changes = {}, ...settings }) => {
    const models = readModels('fal', falModels, changes);
    const webhookKeysUrl = `${url}/.well-known/jwks.json`;
    const usual = {
      apiKey: createSecret(secret),
      baseUrl: url,
      webhookKeysUrl,
      models,
      pollMilliseconds: { first: 1, most: 4 },
    };
    return createFalProvider(toDependencies({ url }), { ...usual, ...settings });
  };
}

export const schnell = 'fal/flux-schnell';
export const fourPictures = { pictures: [0, 1, 2, 3].map((position) => ({ position, seed: 20 + position })) };

/** A provider and its stand-in, for one file of tests. */
export async function openFal(changes: ModelChanges = {}) {
  const createProvider = openProviders();
  const standin = await startFalStandin();
  afterAll(() => standin[Symbol.asyncDispose]());
  const provider = createProvider({ url: standin.url, changes });
  return { standin, provider, createProvider, ...createJobStage(provider, schnell) };
}

export function submitsOf({ received }: FalStandin): readonly ReceivedRequest[] {
  return received.filter(({ method }) => method === 'POST');
}

/** Answers the id of a request that another process has queued. */
export async function submitElsewhere({ url }: FalStandin): Promise<string> {
  const body = { prompt: 'A grey lake', seed: 7 };
  const queued = await submitJob(`${url}/fal-ai/flux/schnell`, `Key ${secret}`, body);
  return z.object({ request_id: z.string() }).parse(queued).request_id;
}

// Bodies as others have seen them, re-typed: results of vercel/ai (packages/fal/src/fal-image-model.test.ts), statuses of
// the Python client in fal-ai/fal (its tests of _parse_status), errors of fal's pages on model and request errors.
export const publishedResult = {
  images: [{ url: '', content_type: 'image/png', file_name: null, file_size: null, width: 944, height: 1104 }],
  timings: { inference: 5.875932216644287 },
  seed: 328395684,
  has_nsfw_concepts: [false],
  prompt: 'A grey lake',
};

export const publishedFailures = {
  disconnected: {
    status: 'COMPLETED',
    logs: [],
    metrics: {},
    error: 'Runner disconnected',
    error_type: 'runner_disconnected',
  },
  timedOut: {
    status: 'COMPLETED',
    logs: null,
    metrics: { inference_time: 1.5 },
    error: 'Request timed out',
    error_type: 'request_timeout',
  },
};

export const publishedRefusal = {
  detail: [
    {
      loc: ['body', 'prompt'],
      msg: 'The content could not be processed because it contained material flagged by a content checker.',
      type: 'content_policy_violation',
      url: 'https://docs.fal.ai/errors/#content_policy_violation',
      input: 'a prompt containing forbidden content',
    },
  ],
};
