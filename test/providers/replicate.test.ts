import { describe, expect, test } from 'vitest';
import { readModels } from '../../src/providers/model-definition.ts';
import { replicateModels } from '../../src/providers/replicate/replicate-provider.ts';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, findModel, toInput, toOrder } from '../support/orders.ts';
import { startReplicateStandin } from '../support/standins/replicate.ts';
import { versionedModel } from '../support/standins/replicate-models.ts';
import { bodyOf } from './job-stage.ts';
import { describeProvider, secret } from './provider-contract.ts';
import { creationsOf, openProviders, openReplicate, schnell } from './replicate-fixtures.ts';

describeProvider('replicate', {
  startStandin: startReplicateStandin,
  createProvider: openProviders(),
  findModel: (provider) => findModel(provider, schnell),
  submitPath: /\/predictions$/,
  cancelPath: /\/cancel$/,
  hasKey: true,
});

const lightning = {
  name: 'SDXL Lightning',
  vendorModel: versionedModel.name,
  capabilities: {
    picturesPerCall: 2,
    negativePrompt: true,
    seed: { max: 1_000 },
    steps: { min: 1, max: 10 },
  },
  settings: {
    version: versionedModel.version,
    fields: {
      negativePrompt: 'negative_prompt',
      width: 'width',
      height: 'height',
      steps: 'num_inference_steps',
      count: 'num_outputs',
    },
  },
};
const { standin, generate, provider, createProvider } = await openReplicate({ 'replicate/lightning': lightning });

test('a simple order is exactly this on the wire', async () => {
  const before = standin.received.length;
  await Array.fromAsync(generate({ pictures: [{ position: 0, seed: null }] }));
  const [create, ...follows] = standin.received.slice(before);
  expect(create).toMatchObject({ method: 'POST', path: '/v1/models/black-forest-labs/flux-schnell/predictions' });
  expect(create?.headers).toMatchObject({
    authorization: `Bearer ${secret}`,
    'content-type': 'application/json',
    'cancel-after': '600s',
  });
  expect(create?.headers).not.toHaveProperty('prefer');
  expect(bodyOf(create)).toEqual({
    input: { prompt: 'A grey lake', aspect_ratio: '1:1', num_outputs: 1, output_format: 'webp', go_fast: false },
  });
  const looks = follows.filter(({ path }) => path.startsWith('/v1'));
  expect(new Set(looks.map(({ method, path, body }) => `${method} ${path} ${body.length}`)).size).toBe(1);
  expect(looks[0]).toMatchObject({ method: 'GET', headers: { authorization: `Bearer ${secret}` } });
  // The pictures lie elsewhere: nobody there gets to see our key.
  expect(follows.at(-1)?.path).toMatch(/^\/files\//);
  expect(follows.at(-1)?.headers).not.toHaveProperty('authorization');
});

test('a full order carries every option under the name that the model has for it', async () => {
  const bytes = await blankPicture(64, 64);
  const wishes = {
    prompt: 'Snow on it',
    aspectRatio: '16:9',
    steps: 30,
    guidanceScale: 3.5,
    strength: 0.6,
    compression: 90,
    outputFormat: 'JPEG',
    inputs: [toInput(bytes)],
    pictures: [{ position: 0, seed: 11 }],
  } as const;
  await Array.fromAsync(generate(wishes, 'replicate/flux-dev'));
  expect(bodyOf(creationsOf(standin).at(-1))).toEqual({
    input: {
      prompt: 'Snow on it',
      aspect_ratio: '16:9',
      num_inference_steps: 30,
      guidance: 3.5,
      prompt_strength: 0.6,
      output_quality: 90,
      output_format: 'jpg',
      num_outputs: 1,
      seed: 11,
      image: `data:image/png;base64,${bytes.toString('base64')}`,
      go_fast: false,
    },
  });
});

test('a model that is run by its version goes to another address', async () => {
  const wishes = { negativePrompt: 'fog', steps: 4, width: 512, height: 768 };
  const pictures = [
    { position: 4, seed: 11 },
    { position: 5, seed: 12 },
  ];
  const events = await Array.fromAsync(generate({ ...wishes, pictures }, 'replicate/lightning'));
  expect(creationsOf(standin).at(-1)?.path).toBe('/v1/predictions');
  expect(bodyOf(creationsOf(standin).at(-1))).toEqual({
    version: versionedModel.version,
    input: {
      prompt: 'A grey lake',
      negative_prompt: 'fog',
      num_inference_steps: 4,
      width: 512,
      height: 768,
      seed: 11,
      num_outputs: 2,
    },
  });
  // The seed of the first is all that a prediction knows.
  const made = eventsOf(events, 'picture').map(({ position, seed }) => ({ position, seed }));
  expect(made).toEqual([
    { position: 4, seed: 11 },
    { position: 5, seed: null },
  ]);
});

describe('every model of ours', () => {
  const { models } = provider;
  test.each(models.map(({ slug }) => slug))('%s is ordered in a way that its published schema takes', async (slug) => {
    const { inputImages } = findModel(provider, slug).capabilities;
    const inputs = inputImages.max === 0 ? [] : [toInput(await blankPicture(64, 64))];
    expect(eventsOf(await Array.fromAsync(generate({ inputs }, slug)), 'picture')).toHaveLength(1);
  });
});

test('a deadline of less than five seconds is told as five, which is the least that Replicate takes', async () => {
  const hasty = createProvider({ url: standin.url, timeoutMilliseconds: 2_000 });
  await Array.fromAsync(hasty.generate(toOrder(findModel(hasty, schnell))));
  expect(creationsOf(standin).at(-1)?.headers).toMatchObject({ 'cancel-after': '5s' });
});

test('a deadline of the order is told where it is nearer than the usual one', async () => {
  await Array.fromAsync(generate({ timeoutMilliseconds: 40_500 }));
  expect(creationsOf(standin).at(-1)?.headers).toMatchObject({ 'cancel-after': '41s' });
});

describe('the configuration', () => {
  test('says what to set when there is no token', () => {
    expect(createProvider({ url: standin.url, apiKey: undefined }).offReason).toBe('Set REPLICATE_API_TOKEN.');
    expect(createProvider({ url: standin.url }).offReason).toBeNull();
  });

  test.each([
    ['an option that there is not', { fields: { guidence: 'guidance' } }, /flux-dev › settings › fields/],
    ['no name for the input image', { fields: { inputImage: undefined } }, /flux-dev › settings › fields › inputImage/],
    ['a setting that there is not', { versoin: 'abc' }, /flux-dev › settings.*versoin/],
  ])('is refused at the start with %s', (_, settings, message) => {
    const changes = { 'replicate/flux-dev': { settings } };
    expect(() => createProvider({ url: standin.url, changes })).toThrow(message);
  });

  test('knows only models that can be ordered', () => {
    expect(() => readModels('replicate', replicateModels, {})).not.toThrow();
  });
});
