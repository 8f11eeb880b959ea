import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { blankModel, createBlankProvider, createScriptedProvider } from '../support/blank-provider.ts';
import type { Answer } from '../support/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { generate } from '../support/documents.ts';
import { bareModel, studioModel } from './models.ts';
import { countStoredRows } from './stored-rows.ts';

let darkroom: Darkroom;
let rowsBefore: Readonly<Record<string, number>>;
beforeAll(async () => {
  const paintNothing = async function* () {};
  const others = [studioModel, bareModel].map((model) => createScriptedProvider(paintNothing, model));
  darkroom = await startDarkroom({ providers: [createBlankProvider(), ...others] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

// Nothing of this file is accepted: each test leaves the tables as they were, and the server answering.
beforeEach(async () => {
  rowsBefore = await countStoredRows(darkroom);
});
afterEach(async () => {
  expect(await countStoredRows(darkroom)).toEqual(rowsBefore);
  expect(await darkroom.client.query('{ viewer { id } }')).toHaveProperty('viewer.id');
});

interface Issue {
  readonly path: readonly string[];
  readonly message: string;
}

async function refusalOf(input: object): Promise<readonly Issue[]> {
  const { generateImage } = await darkroom.client.query(generate, { input: { prompt: 'a cat', ...input } });
  expect(generateImage).toMatchObject({ __typename: 'InvalidInput' });
  expect(generateImage.message).toBe(generateImage.issues.map(({ message }: Issue) => message).join(' '));
  return generateImage.issues;
}

const tooLong = 'At most 10000 characters are taken here.';
const half = 'The text holds half of a surrogate pair, which is no character.';
const nul = 'The text holds a NUL character.';
const empty = 'The prompt is empty.';

test.each([
  ['an empty prompt', '', empty],
  ['a prompt of blanks alone', ' \t\n\u00a0\u3000 ', empty],
  ['a prompt of 10,001 characters', 'x'.repeat(10_001), tooLong],
  ['a prompt of 10,001 emoji', '🐈'.repeat(10_001), tooLong],
  ['a prompt with the first half of a surrogate pair', 'a \ud83d cat', half],
  ['a prompt with the second half of a surrogate pair', '\udc08 cat', half],
  ['a prompt with a NUL', 'a \0 cat', nul],
])('%s is refused', async (_, prompt, message) => {
  expect(await refusalOf({ prompt })).toEqual([{ path: ['input', 'prompt'], message }]);
});

test.each([
  ['of 10,001 characters', 'x'.repeat(10_001), tooLong],
  ['with half of a surrogate pair', 'a \ud83d cat', half],
  ['with a NUL', '\0', nul],
])('a negative prompt %s is refused, also by a model that takes none', async (_, negativePrompt, message) => {
  for (const { slug } of [blankModel, studioModel]) {
    const issues = await refusalOf({ negativePrompt, model: slug });
    expect(issues).toEqual([{ path: ['input', 'negativePrompt'], message }]);
  }
});

test.each([-1, 0, 101, 1e9])('%d steps are refused with the range', async (steps) => {
  expect(await refusalOf({ steps })).toEqual([{ path: ['input', 'steps'], message: 'Steps must be 1 to 100.' }]);
});

test.each([0, 5, -1, 2_147_483_647])('a count of %d is refused with the range', async (count) => {
  const message = 'The model makes 1 to 4 pictures at a time.';
  expect(await refusalOf({ count })).toEqual([{ path: ['input', 'count'], message }]);
});

test.each(['a number', '', ' 7', '-2', '1.5', '1e3', '0x10', '4294967296', '9'.repeat(30), '٣'])(
  'the seed “%s” is refused with the range',
  async (seed) => {
    const message = 'A seed is a whole number from 0 to 4294967295, or -1 for a random one.';
    expect(await refusalOf({ seed })).toEqual([{ path: ['input', 'seed'], message }]);
  },
);

test.each(['16/9', '0:1', '1:0', '', ':', '16:9:4', '-16:9', '16:9\n', '1.5:1', '99999:1', '16 : 9'])(
  'the aspect ratio “%s” is refused with an example',
  async (aspectRatio) => {
    const message = 'An aspect ratio is two whole numbers with a colon between them, for example 16:9.';
    expect(await refusalOf({ size: { aspectRatio } })).toEqual([{ path: ['input', 'size', 'aspectRatio'], message }]);
  },
);

test('an aspect ratio of 1:100 is refused as too extreme', async () => {
  const message = "The aspect ratio 1:100 is too extreme for this model's sizes.";
  const issues = await refusalOf({ size: { aspectRatio: '1:100' } });
  expect(issues).toEqual([{ path: ['input', 'size', 'aspectRatio'], message }]);
});

test.each([0, -1, 63, 2049, 1e9])('a side of %d pixels is refused with the range', async (side) => {
  for (const name of ['width', 'height'] as const) {
    const issues = await refusalOf({ size: { pixels: { width: 512, height: 512, [name]: side } } });
    const message = `The ${name} must be 64 to 2048 pixels.`;
    expect(issues).toEqual([{ path: ['input', 'size', 'pixels', name], message }]);
  }
});

test('a style that the model does not know is refused with those that it knows', async () => {
  for (const style of ['vaporwave', '', 'Watercolor']) {
    const issues = await refusalOf({ style, model: studioModel.slug });
    const message = 'The model knows these styles: watercolor, ink.';
    expect(issues).toEqual([{ path: ['input', 'style'], message }]);
  }
});

test.each(['style', 'seed'])('a %s that cannot be stored is refused, also by a model that has none', async (option) => {
  for (const [text, message] of [
    ['a \0', nul],
    ['\udc08', half],
    ['x'.repeat(10_001), tooLong],
  ]) {
    const issues = await refusalOf({ [option]: text, model: bareModel.slug });
    expect(issues).toEqual([{ path: ['input', option], message }]);
  }
});

test('an output format that the model does not give is refused with those that it gives', async () => {
  const message = 'The model gives these formats: PNG.';
  expect(await refusalOf({ outputFormat: 'JPEG' })).toEqual([{ path: ['input', 'outputFormat'], message }]);
});

test('everything that is wrong is told at once, each with its path', async () => {
  const issues = await refusalOf({
    prompt: '',
    negativePrompt: '\0',
    model: studioModel.slug,
    count: 0,
    size: { pixels: { width: 1, height: 100_000 } },
    steps: 0,
    seed: 'x',
    style: 'x',
    outputFormat: 'WEBP',
  });
  expect(issues.map(({ path }) => path.join('.')).sort()).toEqual([
    'input.count',
    'input.negativePrompt',
    'input.outputFormat',
    'input.prompt',
    'input.seed',
    'input.size.pixels.height',
    'input.size.pixels.width',
    'input.steps',
    'input.style',
  ]);
});

test.each([-1, 301])('waitSeconds of %d is refused before anything is stored', async (waitSeconds) => {
  const { generateImage } = await darkroom.client.query(generate, { input: { prompt: 'a cat' }, waitSeconds });
  const issues = [{ path: ['waitSeconds'], message: 'waitSeconds must be 0 to 300.' }];
  expect(generateImage).toMatchObject({ __typename: 'InvalidInput', issues });
});

test('an unknown model is answered with those that there are', async () => {
  for (const model of ['no/such', '', 'BLANK/BLANK', '\0', 'blank/blank ']) {
    const { generateImage } = await darkroom.client.query(generate, { input: { prompt: 'a cat', model } });
    expect(generateImage).toEqual({
      __typename: 'UnknownModel',
      message: `There is no model “${model}”.`,
      available: [{ slug: 'blank/blank' }, { slug: 'studio/studio' }, { slug: 'bare/bare' }],
    });
  }
});

// What the schema itself does not take never reaches us: the answer is GraphQL's own, with where it is wrong.
test.each([
  ['steps that are no Int', { steps: 1e10 }, 'input.steps'],
  ['steps with a fraction', { steps: 1.5 }, 'input.steps'],
  ['a count of null', { count: null }, 'input.count'],
  ['a prompt that is no text', { prompt: 7 }, 'input.prompt'],
  ['a seed that is no text', { seed: true }, 'input.seed'],
  ['a size with both of its fields', { size: { aspectRatio: '1:1', pixels: { width: 64, height: 64 } } }, 'input.size'],
  ['a size with none of its fields', { size: {} }, 'input.size'],
  ['a size of null', { size: { aspectRatio: null } }, 'input.size'],
  ['a field that there is not', { guidance: 7 }, 'input'],
  ['an unknown output format', { outputFormat: 'GIF' }, 'input.outputFormat'],
])('%s is an error that names the place', async (_, input, place) => {
  const answer = await darkroom.client.ask(generate, { input: { prompt: 'a cat', ...input } });
  expectBadUserInput(answer, place);
});

test('both fields of a size are refused in the document as well', async () => {
  const document =
    'mutation { generateImage(input: { prompt: "x", size: { aspectRatio: "1:1", pixels: null } }) { __typename } }';
  const { data, errors } = await darkroom.client.ask(document);
  expect(data).toBeUndefined();
  expect(errors?.[0]?.message).toContain('ImageSize');
});

test('a request without a prompt is an error that names it', async () => {
  const answer = await darkroom.client.ask(generate, { input: {} });
  expectBadUserInput(answer, 'prompt');
});

function expectBadUserInput({ data, errors = [] }: Answer, place: string): void {
  expect(data).toBeUndefined();
  expect(errors).toHaveLength(1);
  expect(errors[0]?.message).toContain(place);
  expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
}
