import { afterAll, beforeAll, expect, test } from 'vitest';
import { plain } from '../pictures/sample-pictures.ts';
import { toModel } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { generate } from '../support/documents.ts';
import { createStage } from '../support/stage.ts';
import { countStoredRows } from './stored-rows.ts';

const stage = createStage(
  toModel('editor/editor', {
    guidanceScale: { min: 0, max: 20, default: 7 },
    strength: { min: 0, max: 1, default: 0.5 },
    compression: { min: 0, max: 100, default: null },
    qualities: ['low', 'high'],
    inputImages: { min: 1, max: 16 },
    mask: true,
  }),
);
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

async function toSource(width = 8, height = 8) {
  const bytes = await plain(width, height).png().toBuffer();
  return { dataUrl: `data:image/png;base64,${bytes.toString('base64')}` };
}

async function ask(input: object) {
  const { generateImage } = await darkroom.client.query(generate, { input: { prompt: 'a cat', ...input } });
  return generateImage;
}

test('a model that needs an input image says so, with the path', async () => {
  expect(await ask({})).toMatchObject({
    __typename: 'InvalidInput',
    issues: [{ path: ['input', 'inputImages'], message: 'No images provided: the model needs an input image.' }],
  });
});

test('17 input images are one too many, and none of them is stored', async () => {
  const before = await countStoredRows(darkroom);
  const inputImages = Array.from({ length: 17 }, () => ({ url: 'https://example.com/a.png' }));
  expect(await ask({ inputImages })).toMatchObject({
    issues: [{ path: ['input', 'inputImages'], message: 'The model takes 16 input images at most.' }],
  });
  expect(await countStoredRows(darkroom)).toEqual(before);
});

test('everything that is out of range is told at once, with its path', async () => {
  const wrong = { guidanceScale: 20.1, strength: -0.1, compression: 101, quality: 'best' };
  const { issues } = await ask({ inputImages: [await toSource()], ...wrong });
  expect(issues.map(({ path }: { path: string[] }) => path.join('.')).toSorted()).toEqual([
    'input.compression',
    'input.guidanceScale',
    'input.quality',
    'input.strength',
  ]);
});

test.each(['1e999', '-1e999'])('a guidance scale of %s, which is infinite, is out of range', async (value) => {
  const input = `{ prompt: "a cat", inputImages: [{ url: "https://example.com/a.png" }], guidanceScale: ${value} }`;
  const data = await darkroom.client.query(
    `mutation { generateImage(input: ${input}) { ... on InvalidInput { issues { path } } } }`,
  );
  expect(data.generateImage).toEqual({ issues: [{ path: ['input', 'guidanceScale'] }] });
});

test.each(['NaN', 'Infinity', '"7"'])('a guidance scale of %s is no number', async (value) => {
  const document = `mutation { generateImage(input: { prompt: "a cat", guidanceScale: ${value} }) { __typename } }`;
  const { data, errors } = await darkroom.client.ask(document);
  expect(data?.generateImage ?? null).toBeNull();
  expect(errors?.[0]?.message).toMatch(/Float/);
});

test.each([
  ['a text', 'x'],
  ['a text that looks like it', '7'],
  ['nothing of a number', {}],
])('%s in the variables is no number', async (_, guidanceScale) => {
  const { errors } = await darkroom.client.ask(generate, { input: { prompt: 'a cat', guidanceScale } });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
});

test('a mask of another size is refused with its path', async () => {
  const refused = await ask({ inputImages: [await toSource(8, 8)], mask: await toSource(8, 9) });
  expect(refused).toMatchObject({ __typename: 'InputImageUnusable' });
  const asked =
    'mutation ($input: GenerateImageInput!) { generateImage(input: $input) { ... on InputImageUnusable { path } } }';
  const input = { prompt: 'a cat', inputImages: [await toSource(8, 8)], mask: await toSource(8, 9) };
  const { generateImage } = await darkroom.client.query(asked, { input });
  expect(generateImage).toEqual({ path: ['mask'] });
});

test.each([
  ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['PDF', Buffer.from('%PDF-1.7\n')],
  ['HTML', Buffer.from('<!doctype html><html></html>')],
  ['nothing', Buffer.alloc(0)],
])('%s that calls itself a PNG is refused with the place of the image', async (_, bytes) => {
  const inputImages = [await toSource(), { dataUrl: `data:image/png;base64,${bytes.toString('base64')}` }];
  const document = `mutation ($input: GenerateImageInput!) {
    generateImage(input: $input) { __typename ... on InputImageUnusable { message path } }
  }`;
  const { generateImage } = await darkroom.client.query(document, { input: { prompt: 'a cat', inputImages } });
  expect(generateImage).toMatchObject({ __typename: 'InputImageUnusable', path: ['inputImages', '1'] });
});
