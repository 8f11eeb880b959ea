import { afterAll } from 'vitest';
import { z } from 'zod';
import { createSecret } from '../../src/domain/secret.ts';
import { type ModelChanges, readModels } from '../../src/providers/model-definition.ts';
import type { Provider } from '../../src/providers/provider.ts';
import {
  createReplicateProvider,
  type ReplicateSettings,
  replicateModels,
} from '../../src/providers/replicate/replicate-provider.ts';
import { type ReplicateStandin, startReplicateStandin } from '../support/standins/replicate.ts';
import type { ReceivedRequest } from '../support/standins/standin.ts';
import { createJobStage, submitJob } from './job-stage.ts';
import { secret } from './provider-contract.ts';
import { openVendorDependencies } from './vendor-dependencies.ts';

interface Wishes extends Partial<ReplicateSettings> {
  /** The stand-in's. */
  readonly url: string;
  readonly changes?: ModelChanges;
}

/** Makes providers that look often. What they share is closed after the last test of the file. */
export function openProviders(): (wishes: Wishes) => Provider {
  const toDependencies = openVendorDependencies();
  return ({ url, changes = {}, ...settings }) => {
    const models = readModels('replicate', replicateModels, changes);
    const usual = {
      apiKey: createSecret(secret),
      baseUrl: `${url}/v1`,
      models,
      pollMilliseconds: { first: 1, most: 4 },
    };
    return createReplicateProvider(toDependencies({ url }), { ...usual, ...settings });
  };
}

export const schnell = 'replicate/flux-schnell';

/** A provider and its stand-in, for one file of tests. */
export async function openReplicate(changes: ModelChanges = {}) {
  const createProvider = openProviders();
  const standin = await startReplicateStandin();
  afterAll(() => standin[Symbol.asyncDispose]());
  const provider = createProvider({ url: standin.url, changes });
  return { standin, provider, createProvider, ...createJobStage(provider, schnell) };
}

export function creationsOf({ received }: ReplicateStandin): readonly ReceivedRequest[] {
  return received.filter(({ method, path }) => method === 'POST' && path.endsWith('/predictions'));
}

/** Answers the id of a prediction that another process has created. */
export async function createElsewhere({ url }: ReplicateStandin): Promise<string> {
  const path = '/v1/models/black-forest-labs/flux-schnell/predictions';
  const created = await submitJob(`${url}${path}`, `Bearer ${secret}`, { input: { prompt: 'A grey lake' } });
  return z.object({ id: z.string() }).parse(created).id;
}

// Bodies as others have seen them, re-typed. The first is of the nock bodies in replicate/replicate-javascript
// (index.test.ts); the second of vercel/ai (packages/replicate/src/replicate-image-model.test.ts).
export const publishedPrediction = {
  id: 'rrr4z55ocneqzikepnug6xezpe',
  version: 'be04660a5b93ef2aff61e3668dedb4cbeb14941e62a3fd5998364a32d613e35e',
  created_at: '2022-09-13T22:54:18.578761Z',
  started_at: '2022-09-13T22:54:19.438525Z',
  completed_at: '2022-09-13T22:54:23.236610Z',
  source: 'api',
  status: 'succeeded',
  input: { prompt: 'oak tree with boletus growing on its branches' },
  output: ['https://replicate.com/api/models/stability-ai/stable-diffusion/files/9c3b6fe4/out-0.png'],
  error: null,
  logs: 'Using seed: 36941...',
  metrics: { predict_time: 4.484541 },
};

export const publishedStart = {
  id: 's7x1e3dcmhrmc0cm8rbatcneec',
  model: 'black-forest-labs/flux-schnell',
  version: 'dp-4d0bcc010b3049749a251855f12800be',
  input: { num_outputs: 1, prompt: 'The Loch Ness Monster getting a manicure' },
  logs: '',
  data_removed: false,
  error: null,
  status: 'processing',
  created_at: '2025-01-08T13:24:38.692Z',
};

/** From a public issue report; the page on input validation says no more than the names. */
export const publishedInvalidInput = {
  detail: '- input: prompt is required\n- input.num_inference_steps: Must be less than or equal to 4\n',
  status: 422,
  title: 'Input validation failed',
  invalid_fields: [
    { type: 'required', field: 'input', description: 'prompt is required' },
    { type: 'number_lte', field: 'input.num_inference_steps', description: 'Must be less than or equal to 4' },
  ],
};
