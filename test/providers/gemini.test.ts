import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ImageModel } from '../../src/domain/image-model.ts';
import { geminiModels } from '../../src/providers/gemini/gemini-provider.ts';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, failureOf, findModel, toInput, toOrder } from '../support/orders.ts';
import { startGeminiStandin } from '../support/standins/gemini.ts';
import { bodyOf, createGeminiMaker, type GeminiStage, nanoBanana, startGemini, toStop } from './gemini-fixtures.ts';
import { describeProvider, secret } from './provider-contract.ts';

const maker = createGeminiMaker();
let stage: GeminiStage;

beforeAll(async () => {
  stage = await startGemini();
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await maker[Symbol.asyncDispose]();
});

describeProvider('gemini', {
  startStandin: () => startGeminiStandin({ apiKey: secret }),
  createProvider: maker.create,
  findModel: nanoBanana,
  submitPath: /:generateContent$/,
  hasKey: true,
});

test('a simple order is exactly this on the wire', async () => {
  const before = stage.standin.received.length;
  await Array.fromAsync(stage.generate({ pictures: [{ position: 0, seed: null }] }));
  const [request, ...more] = stage.standin.received.slice(before);
  expect(more).toEqual([]);
  expect(request).toMatchObject({ method: 'POST', path: '/v1beta/models/gemini-nano-banana-2.1:generateContent' });
  expect(request?.headers).toMatchObject({ 'x-goog-api-key': secret, 'content-type': 'application/json' });
  expect(bodyOf(request)).toEqual({
    contents: [{ role: 'user', parts: [{ text: 'A grey lake' }] }],
    generationConfig: {
      responseModalities: ['TEXT', 'IMAGE'],
      imageConfig: { aspectRatio: '1:1', imageSize: '1K' },
    },
  });
});

test('a full order carries its pictures, shape, size, seed and the thinking level of its model', async () => {
  const changes = { 'gemini/nano-banana-2.1': { settings: { thinkingLevel: 'HIGH' } } };
  const provider = stage.createProvider({ changes });
  const [grey, wide] = [await blankPicture(64, 64), await blankPicture(128, 32)];
  const order = toOrder(nanoBanana(provider), {
    prompt: 'Put the first into the second',
    aspectRatio: '16:9',
    resolution: '2K',
    inputs: [toInput(grey), toInput(wide)],
    pictures: [{ position: 0, seed: 2_147_483_647 }],
  });
  await Array.fromAsync(provider.generate(order));
  expect(bodyOf(stage.standin.received.at(-1))).toEqual({
    contents: [
      {
        role: 'user',
        parts: [
          { text: 'Put the first into the second' },
          { inlineData: { mimeType: 'image/png', data: grey.toString('base64') } },
          { inlineData: { mimeType: 'image/png', data: wide.toString('base64') } },
        ],
      },
    ],
    generationConfig: {
      seed: 2_147_483_647,
      responseModalities: ['TEXT', 'IMAGE'],
      thinkingConfig: { thinkingLevel: 'HIGH' },
      imageConfig: { aspectRatio: '16:9', imageSize: '2K' },
    },
  });
});

test('two pictures become one, with words beside it, and the seed that was ordered', async () => {
  const inputs = [toInput(await blankPicture(64, 64)), toInput(await blankPicture(32, 32))];
  const events = await Array.fromAsync(stage.generate({ inputs, pictures: [{ position: 1, seed: 7 }] }));
  expect(events.map(({ type }) => type)).toEqual(['account', 'text', 'picture']);
  expect(eventsOf(events, 'text')).toEqual([{ type: 'text', text: 'Here it is, made of 2.' }]);
  expect(eventsOf(events, 'picture')).toMatchObject([{ position: 1, seed: 7 }]);
});

test('nothing is asked twice when an answer says that it goes on', async () => {
  const before = stage.standin.received.length;
  stage.answerWith(toStop('CONTINUATION', { continuationToken: 'bW9yZQ==' }));
  expect(await failureOf(stage.generate())).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', unstarted: false });
  expect(stage.standin.received.length - before).toBe(1);
});

test.each(Object.keys(geminiModels))('%s takes every shape and size that it offers', async (slug) => {
  const model = findModel(stage.createProvider(), slug);
  for (const shape of shapesOf(model)) {
    const events = await Array.fromAsync(stage.generate({ model, ...shape }));
    expect(eventsOf(events, 'picture')).toHaveLength(1);
  }
});

function shapesOf({ capabilities: { size } }: ImageModel) {
  if (size.kind !== 'ratio') return [];
  const [usual] = size.resolutions;
  return [
    ...size.aspectRatios.map((aspectRatio) => ({ aspectRatio, resolution: usual.name })),
    ...size.resolutions.map(({ name }) => ({ aspectRatio: '1:1', resolution: name })),
  ];
}

test('it is off without a key, and says what to set', () => {
  const provider = stage.createProvider({ apiKey: undefined });
  expect(provider.offReason).toBe('Set GEMINI_API_KEY.');
  expect(stage.createProvider().offReason).toBeNull();
});

test('a setting that makes no sense shows at the start, with the name of its model', () => {
  const changes = { 'gemini/3-pro-image': { settings: { thinkingLevel: 'a lot' } } };
  expect(() => stage.createProvider({ changes })).toThrow(/gemini\/3-pro-image › settings › thinkingLevel: .*MINIMAL/);
});
