import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { eventsOf } from '../support/orders.ts';
import type { PredictionState } from '../support/standins/replicate.ts';
import { faults, sendJson, startStandin } from '../support/standins/standin.ts';
import { bodyOf } from './job-stage.ts';
import { openReplicate, publishedPrediction, publishedStart } from './replicate-fixtures.ts';

const lightning = { capabilities: { picturesPerCall: 4 } };
const { standin, generate, fail } = await openReplicate({ 'replicate/flux-schnell': lightning });

const four = { pictures: [0, 1, 2, 3].map((position) => ({ position, seed: 20 + position })) };
const at = (...names: readonly string[]) => names.map((name) => `${standin.url}/files/some/${name}`);
const succeed = (state: Partial<PredictionState>) => standin.play([{}, { status: 'succeeded', ...state }]);

describe('an output', () => {
  test('may be one address', async () => {
    succeed({ output: at('out-0.png')[0] });
    const [picture] = eventsOf(await Array.fromAsync(generate()), 'picture');
    expect((await sharp(picture?.bytes).metadata()).format).toBe('png');
  });

  test('may be a list of addresses, each of which is the picture in its place', async () => {
    succeed({ output: at('out-0.png', 'out-1.webp', 'out-2.jpg', 'out-3.png') });
    const pictures = eventsOf(await Array.fromAsync(generate(four)), 'picture');
    const formats = await Promise.all(pictures.map(async ({ bytes }) => (await sharp(bytes).metadata()).format));
    expect(formats).toEqual(['png', 'webp', 'jpeg', 'png']);
    expect(pictures.map(({ position }) => position)).toEqual([0, 1, 2, 3]);
  });

  test('may be a data URL', async () => {
    succeed({ output: ['data:image/png;base64,aGVsbG8='] });
    const [picture] = eventsOf(await Array.fromAsync(generate()), 'picture');
    expect(Buffer.from(picture?.bytes ?? []).toString()).toBe('hello');
  });

  test('of too few pictures ends early', async () => {
    succeed({ output: at('out-0.png') });
    expect(eventsOf(await Array.fromAsync(generate(four)), 'picture')).toMatchObject([{ position: 0 }]);
  });

  test('of too many is cut off', async () => {
    succeed({ output: at('out-0.png', 'out-1.png', 'out-2.png') });
    expect(eventsOf(await Array.fromAsync(generate()), 'picture')).toHaveLength(1);
  });

  test.each([
    ['nothing', null],
    ['an empty list', []],
    ['words', 'A lake, and it is grey.'],
    ['a word that could be base64', 'lake'],
    ['a list of other things', [7, null, { file: 'x' }]],
    ['an object', { text: 'hello' }],
  ])('that is %s is no picture', async (_, output) => {
    succeed({ output });
    expect(await fail()).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retryable: true, unstarted: false });
  });

  test('that was removed in the meantime is lost', async () => {
    succeed({ output: null, data_removed: true });
    expect(await fail()).toMatchObject({ code: 'OUTPUT_LOST' });
  });
});

describe('the copy of a picture', () => {
  const url = () => at('out-0.png')[0];

  test('is tried again when the connection breaks', async () => {
    succeed({ output: url() });
    standin.interject(/^\/files\//, faults.cut);
    expect(eventsOf(await Array.fromAsync(generate()), 'picture')).toHaveLength(1);
  });

  test('is lost when its address has died', async () => {
    succeed({ output: url() });
    standin.interject(/^\/files\//, (_, response) => sendJson(response, 404, {}));
    expect(await fail()).toMatchObject({ code: 'OUTPUT_LOST' });
  });

  test('is never fetched from a private address', async () => {
    const inside = await startStandin((_, response) => sendJson(response, 200, {}));
    succeed({ output: `${inside.url}/secrets.png` });
    expect(await fail()).toMatchObject({ code: 'OUTPUT_LOST' });
    expect(inside.received).toEqual([]);
    await inside[Symbol.asyncDispose]();
  });
});

describe('the seed', () => {
  const [output] = at('out-0.png');

  test('is the one that the model says it used', async () => {
    succeed({ output, logs: 'Using seed: 36941\n100%|####| 4/4 [00:01]' });
    expect(eventsOf(await Array.fromAsync(generate()), 'picture')).toMatchObject([{ seed: 36_941 }]);
  });

  test('is the ordered one where it says nothing', async () => {
    succeed({ output, logs: 'The seed of doubt' });
    expect(eventsOf(await Array.fromAsync(generate()), 'picture')).toMatchObject([{ seed: 7 }]);
  });
});

describe('what others have seen Replicate answer', () => {
  test('is read from the beginning to the end', async () => {
    standin.interject(/\/predictions$/, (_, response) => sendJson(response, 201, publishedStart));
    for (const state of [publishedStart, { ...publishedPrediction, output: at('out-0.png') }]) {
      standin.interject(/\/predictions\/s7x1e3dcmhrmc0cm8rbatcneec$/, (_, response) => sendJson(response, 200, state));
    }
    const events = await Array.fromAsync(generate());
    expect(events).toMatchObject([
      { type: 'accepted', providerRequestId: 's7x1e3dcmhrmc0cm8rbatcneec' },
      { type: 'progress', fraction: null },
      { type: 'account', executionMilliseconds: 4_485 },
      { type: 'picture', seed: 36_941 },
    ]);
  });

  test('may lack all that is not needed', async () => {
    standin.interject(/\/predictions$/, (_, response) => sendJson(response, 202, { id: 'bare', status: 'starting' }));
    const end = {
      id: 'bare',
      status: 'succeeded',
      output: at('out-0.png'),
      logs: null,
      metrics: { predict_time: null },
    };
    standin.interject(/\/predictions\/bare$/, (_, response) => sendJson(response, 200, end));
    expect((await Array.fromAsync(generate())).map(({ type }) => type)).toEqual(['accepted', 'picture']);
  });

  test.each(['../../account', 'a/b', '', '..', 'x'.repeat(200)])('but never with %j as an id', async (id) => {
    standin.interject(/\/predictions$/, (_, response) => sendJson(response, 201, { ...publishedStart, id }));
    expect(await fail()).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
    expect(bodyOf(standin.received.at(-1))).toHaveProperty('input');
  });
});
