import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBlankProvider, createScriptedProvider } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { generate } from '../support/documents.ts';
import { bareModel, largeModel, studioModel } from './models.ts';
import { countStoredRows } from './stored-rows.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  const blank = createBlankProvider();
  const others = [studioModel, bareModel, largeModel].map((model) => createScriptedProvider(blank.generate, model));
  darkroom = await startDarkroom({ providers: [blank, ...others] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const asked = /* GraphQL */ `
  query Asked($id: ID!) {
    generation(id: $id) { prompt effectivePrompt negativePrompt prompts { text source } }
  }
`;

async function accept(input: object) {
  const { generateImage } = await darkroom.client.query(generate, { input: { prompt: 'a cat', ...input } });
  expect(generateImage).toMatchObject({ __typename: 'GenerateImageSuccess' });
  return generateImage.generation;
}

test.each([
  ['emoji, joined and with skin tones', '👩🏽‍🚀 and 🐈‍⬛ 🏳️‍🌈'],
  ['right-to-left text with marks of direction', 'قطة على القمر \u200fחתול\u200e \u202eabc\u202c'],
  ['combining marks, which are not composed', 'e\u0301 n\u0303 क्षि Å \u212b'],
  ['quotes, backslashes, markup and SQL', `"'\\ \\u0000 <script>&amp;</script> '); DROP TABLE "Generation"; -- $1 %s`],
  ['blanks around it, tabs, line ends and control characters', ' \t a\r\nb\u2028c\u0001\u007f\ufeff '],
  ['characters outside the basic plane', '𝒜 𠮷 \u{10ffff} \uffff'],
  ['10,000 letters', 'x'.repeat(10_000)],
  ['10,000 emoji', '🐈'.repeat(10_000)],
])('a prompt of %s comes back exactly, and so does a negative one', async (_, text) => {
  const { id } = await accept({ prompt: text, negativePrompt: text, model: studioModel.slug });
  const { generation } = await darkroom.client.query(asked, { id });
  const wording = { text, source: 'USER' };
  expect(generation).toEqual({ prompt: text, effectivePrompt: text, negativePrompt: text, prompts: [wording] });
});

test('what the blank model lacks becomes a warning', async () => {
  const { warnings } = await accept({ negativePrompt: 'dogs' });
  expect(warnings).toEqual([{ option: 'negativePrompt', message: 'The model takes no negative prompt.' }]);
});

test('steps and a seed for a model that has neither become warnings', async () => {
  const { options, warnings } = await accept({ steps: 1_000_000, seed: 'lucky', model: bareModel.slug });
  expect(options).toMatchObject({ steps: null, seed: null });
  expect(warnings).toEqual([
    { option: 'steps', message: 'The model has no number of steps.' },
    { option: 'seed', message: 'The model takes no seed.' },
  ]);
});

test('what the model has is applied without a warning', async () => {
  const { options, warnings } = await accept({ style: 'ink', negativePrompt: 'dogs', model: studioModel.slug });
  expect(options).toMatchObject({ style: 'ink' });
  expect(warnings).toEqual([]);
});

test('nothing but a prompt gives the model’s own options', async () => {
  const { options } = await accept({});
  const expected = { count: 1, width: 64, height: 64, aspectRatio: null, steps: 1, style: null, outputFormat: 'PNG' };
  expect(options).toEqual({ ...expected, seed: expect.stringMatching(/^\d{1,10}$/) });
});

test.each([1, 100])('%d steps are taken, the ends of the range being in it', async (steps) => {
  expect(await accept({ steps })).toMatchObject({ options: { steps } });
});

test.each(['0', '7', '4294967295'])('the seed %s is taken', async (seed) => {
  expect(await accept({ seed })).toMatchObject({ options: { seed } });
});

test('the seed -1 is a random one, another each time', async () => {
  const generations = await Promise.all([1, 2, 3].map(() => accept({ seed: '-1' })));
  const seeds = generations.map(({ options }) => options.seed);
  expect(new Set(seeds).size).toBe(3);
  for (const seed of seeds) expect(Number(seed)).toBeGreaterThanOrEqual(0);
});

test.each([
  ['16:9', { width: 1368, height: 768 }],
  ['9:16', { width: 768, height: 1368 }],
  ['1:1', { width: 1024, height: 1024 }],
])('the aspect ratio %s gives a size with the area of the default one', async (aspectRatio, pixels) => {
  const { options } = await accept({ size: { aspectRatio }, model: largeModel.slug });
  expect(options).toMatchObject({ aspectRatio, ...pixels });
});

test('a model that is limited to some aspect ratios is told the nearest of them, with a warning', async () => {
  const { options, warnings } = await accept({ size: { aspectRatio: '16:9' }, model: bareModel.slug });
  expect(options).toMatchObject({ aspectRatio: '3:2', width: null, height: null });
  expect(warnings).toEqual([{ option: 'size', message: '16:9 became 3:2, the nearest there is.' }]);
});

test.each([64, 2048])('a side of %d pixels is taken, the ends of the range being in it', async (side) => {
  const { options } = await accept({ size: { pixels: { width: side, height: 64 } } });
  expect(options).toMatchObject({ width: side, height: 64, aspectRatio: null });
});

test('one request stores one generation, one wording, one event and one job', async () => {
  await using quiet = await startDarkroom({ role: 'api' });
  await quiet.client.query(generate, { input: { prompt: 'a cat' } });
  const rows = await countStoredRows(quiet);
  expect(rows).toMatchObject({ generations: 1, prompts: 1, events: 1, attempts: 0, images: 0 });
});
