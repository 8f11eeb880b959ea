import { expect, test } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, failureOf, findModel, toOrder } from '../support/orders.ts';
import { startAutomatic1111Standin } from '../support/standins/automatic1111.ts';
import {
  bodiesOf,
  createProvider,
  currentModel,
  order,
  publishedImageToImage,
  publishedTextToImage,
  seedsFrom,
} from './automatic1111-fixtures.ts';
import { describeProvider } from './provider-contract.ts';

describeProvider('automatic1111', {
  startStandin: startAutomatic1111Standin,
  createProvider,
  findModel: currentModel,
  submitPath: /^\/sdapi\/v1\/txt2img$/,
  hasKey: false,
});

const taskId = expect.stringMatching(/^task\([0-9a-f-]{36}\)$/);
const path = '/sdapi/v1/txt2img';

test('is off without an address, and says what to set', () => {
  expect(createProvider({ url: undefined })).toMatchObject({ offReason: 'Set AUTOMATIC1111_URL.' });
  expect(createProvider({ url: 'http://127.0.0.1:7860' })).toMatchObject({ offReason: null, repeatable: true });
});

test('a simple order becomes one request for one picture', async () => {
  await using standin = await startAutomatic1111Standin();
  const provider = createProvider({ url: standin.url });
  await Array.fromAsync(provider.generate(toOrder(currentModel(provider))));
  expect(bodiesOf(standin, path)).toEqual([
    {
      prompt: 'A grey lake',
      negative_prompt: '',
      seed: 7,
      steps: 20,
      width: 512,
      height: 512,
      batch_size: 1,
      n_iter: 1,
      override_settings: {},
      force_task_id: taskId,
    },
  ]);
});

test('a full order carries every option, the checkpoint, and what the configuration lays under it', async () => {
  await using standin = await startAutomatic1111Standin();
  const overrides = { CLIP_stop_at_last_layers: 2 };
  const parameters = { sampler_name: 'Euler a', scheduler: 'karras', steps: 99, override_settings: overrides };
  const changes = {
    'automatic1111/dream': { name: 'Dream', vendorModel: 'dream.safetensors [879db523c3]', settings: { parameters } },
  };
  const provider = createProvider({ url: standin.url, changes });
  const wishes = { negativePrompt: 'people', width: 640, height: 384, steps: 12, guidanceScale: 4.5 };
  const model = findModel(provider, 'automatic1111/dream');
  await Array.fromAsync(provider.generate(toOrder(model, { ...wishes, pictures: seedsFrom(41, 3) })));
  expect(bodiesOf(standin, path)).toEqual([
    {
      sampler_name: 'Euler a',
      scheduler: 'karras',
      prompt: 'A grey lake',
      negative_prompt: 'people',
      seed: 41,
      steps: 12,
      cfg_scale: 4.5,
      width: 640,
      height: 384,
      batch_size: 1,
      n_iter: 3,
      override_settings: { CLIP_stop_at_last_layers: 2, sd_model_checkpoint: 'dream.safetensors [879db523c3]' },
      force_task_id: taskId,
    },
  ]);
});

test('a seed that is left to the engine is -1', async () => {
  await using standin = await startAutomatic1111Standin();
  const events = await Array.fromAsync(order(standin, { pictures: [{ position: 0, seed: null }] }));
  expect(bodiesOf(standin, path)).toMatchObject([{ seed: -1 }]);
  expect(eventsOf(events, 'picture')).toMatchObject([{ seed: 1_234_567 }]);
});

test.each([
  ['darkroom:secret', 'darkroom:secret'],
  ['darkroom:p%40ss%3Aw%C3%B6rd', 'darkroom:p@ss:wörd'],
  ['darkroom:100%', 'darkroom:100%'],
])('the user and the password of an address with %s@ go into a header', async (inUrl, apiAuth) => {
  await using standin = await startAutomatic1111Standin({ apiAuth });
  const url = standin.url.replace('//', `//${inUrl}@`);
  expect(eventsOf(await Array.fromAsync(order({ url })), 'picture')).toHaveLength(1);
  const failure = await failureOf(order(standin));
  expect(failure).toMatchObject({ code: 'PROVIDER_MISCONFIGURED', retryable: false, unstarted: true });
});

test('an address may have a path and a slash at its end', async () => {
  await using standin = await startAutomatic1111Standin();
  await failureOf(order({ url: `${standin.url}/engines/one/` }));
  expect(standin.received[0]?.path).toBe('/engines/one/sdapi/v1/txt2img');
});

test('settings that cannot be read are told with the model that has them', () => {
  const changes = { 'automatic1111/current': { settings: { parameter: { sampler_name: 'Euler' } } } };
  expect(() => createProvider({ url: undefined, changes })).toThrow(/^automatic1111\/current › settings: .*parameter/);
});

test('the stand-in takes what others are known to send, and nothing misspelled', async () => {
  await using standin = await startAutomatic1111Standin();
  const image = (await blankPicture(64, 64)).toString('base64');
  const send = async (to: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${standin.url}${to}`, { method: 'POST', headers, body: JSON.stringify(body) });
    return [answer.status, await answer.json()];
  };
  expect(await send(path, publishedTextToImage)).toMatchObject([200, { images: [expect.any(String)] }]);
  const withImage = { ...publishedImageToImage, init_images: [image], mask: image };
  expect(await send('/sdapi/v1/img2img', withImage)).toMatchObject([200, { images: [expect.any(String)] }]);
  expect(await send('/sdapi/v1/img2img', publishedImageToImage)).toMatchObject([
    404,
    { detail: 'Init image not found' },
  ]);
  expect(await send(path, { ...publishedTextToImage, stepz: 3 })).toMatchObject([422, {}]);
});
