import { afterAll, expect, test } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, failureOf, findModel, toInput } from '../support/orders.ts';
import { startOpenAIStandin } from '../support/standins/openai.ts';
import { readForm, sendJson } from '../support/standins/standin.ts';
import { bodyOf, openConnection, openStage, studio, toPictures } from './openai-fixtures.ts';
import { describeProvider, secret } from './provider-contract.ts';

const slug = 'studio/sd';
const connection = openConnection();
afterAll(() => connection[Symbol.asyncDispose]());

describeProvider('A compatible server without a key', {
  startStandin: () => startOpenAIStandin({ dialect: 'plain' }),
  createProvider: (at) => connection.connect(studio, at),
  findModel: (provider) => findModel(provider, slug),
  submitPath: /images\/generations$/,
  hasKey: false,
});

test('a server that asks for no key is on, and is sent none', async () => {
  await using stage = await openStage(studio);
  expect(stage.provider).toMatchObject({ name: 'studio', offReason: null });
  await Array.fromAsync(stage.generate(slug));
  expect(stage.standin.received[0]?.headers).not.toHaveProperty('authorization');
});

test('a server that has a key is sent it', async () => {
  await using stage = await openStage({ ...studio, apiKey: secret, keyVariable: 'STUDIO_API_KEY' });
  await Array.fromAsync(stage.generate(slug));
  expect(stage.standin.received[0]?.headers).toHaveProperty('authorization', `Bearer ${secret}`);
});

test('a request has what every compatible server takes, and no more', async () => {
  await using stage = await openStage(studio);
  const options = { quality: 'high', background: 'opaque', compression: 3, steps: 20, outputFormat: 'JPEG' } as const;
  const events = await Array.fromAsync(stage.generate(slug, { ...options, pictures: toPictures(2) }));
  expect(bodyOf(stage.standin.received[0])).toEqual({
    model: 'sd-cpp-local',
    prompt: 'A grey lake',
    n: 2,
    size: '1024x1024',
    response_format: 'b64_json',
  });
  expect(events).toMatchObject([
    { type: 'picture', position: 0 },
    { type: 'picture', position: 1 },
  ]);
});

test('inputs are sent as a form', async () => {
  await using stage = await openStage(studio);
  const input = toInput(await blankPicture(64, 64));
  const events = await Array.fromAsync(stage.generate(slug, { inputs: [input, input] }));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
  const [request] = stage.standin.received;
  const form = request === undefined ? new FormData() : await readForm(request);
  expect([...form.keys()].toSorted()).toEqual([
    'image[]',
    'image[]',
    'model',
    'n',
    'prompt',
    'response_format',
    'size',
  ]);
});

test('a complaint in one text, as stable-diffusion.cpp has it, is passed on', async () => {
  await using stage = await openStage(studio);
  stage.standin.interject(/images/, (_, response) => sendJson(response, 400, { error: 'prompt required' }));
  expect(await failureOf(stage.generate(slug))).toMatchObject({
    code: 'INVALID_REQUEST',
    message: 'The studio does not take the request: prompt required',
  });
});
