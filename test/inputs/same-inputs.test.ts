import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateOnce } from '../generations/generate-once.ts';
import { countStoredRows } from '../graphql/stored-rows.ts';
import { noise } from '../pictures/sample-pictures.ts';
import { createScriptedProvider, toModel } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { sendFiles, uploadAs } from '../support/multipart.ts';
import { paintAll } from '../support/stage.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  const model = toModel('mixer/mixer', { inputImages: { min: 0, max: 4 }, mask: true });
  darkroom = await startDarkroom({ role: 'api', providers: [createScriptedProvider(paintAll, model)] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

async function sendFile(key: string, bytes: Uint8Array, name: string) {
  const variables = { key, input: { prompt: 'mix them', inputImages: [{ file: null }] } };
  const files = { 'variables.input.inputImages.0.file': new File([new Uint8Array(bytes)], name) };
  const { data, errors } = await sendFiles(darkroom.client, { query: generateOnce, variables, files });
  expect(errors).toBeUndefined();
  return data.generateImage;
}

async function send(key: string, ...inputImages: readonly object[]) {
  const input = { prompt: 'mix them', inputImages };
  return (await darkroom.client.query(generateOnce, { key, input })).generateImage;
}

const toDataUrl = (bytes: Uint8Array, type = 'image/png') => {
  return { dataUrl: `data:${type};base64,${Buffer.from(bytes).toString('base64')}` };
};
const conflict = { __typename: 'IdempotencyConflict' };

test('files and data URLs are compared by their bytes, whatever they are called, and are stored once', async () => {
  const key = crypto.randomUUID();
  const bytes = await noise(40, 30).png().toBuffer();
  const first = await sendFile(key, bytes, 'a.png');
  expect(first).toMatchObject({ replayed: false });
  const rows = await countStoredRows(darkroom);
  const replay = { replayed: true, generation: { id: first.generation.id } };
  expect(await sendFile(key, bytes, 'b.jpg')).toMatchObject(replay);
  expect(await send(key, toDataUrl(bytes))).toMatchObject(replay);
  expect(await send(key, toDataUrl(bytes, 'text/plain'))).toMatchObject(replay);
  expect(await sendFile(key, await noise(41, 30).png().toBuffer(), 'a.png')).toMatchObject(conflict);
  expect(await countStoredRows(darkroom)).toEqual(rows);
});

test('twenty of the same upload at the same instant store one generation and one image', async () => {
  const key = crypto.randomUUID();
  const bytes = await noise(42, 30).png().toBuffer();
  const before = await countStoredRows(darkroom);
  const answers = await Promise.all(Array.from({ length: 20 }, () => sendFile(key, bytes, 'a.png')));
  expect(new Set(answers.map(({ generation }) => generation.id)).size).toBe(1);
  const { generations = 0, images = 0 } = before;
  expect(await countStoredRows(darkroom)).toMatchObject({ generations: generations + 1, images: images + 1 });
});

test('URLs are compared as text, and stored images by their id', async () => {
  const key = crypto.randomUUID();
  const { image } = await uploadAs(darkroom.client, await noise(43, 30).png().toBuffer());
  const other = await uploadAs(darkroom.client, await noise(44, 30).png().toBuffer());
  const url = 'https://pictures.example.com/a.png';
  const first = await send(key, { url }, { imageId: image.id });
  expect(await send(key, { url }, { imageId: image.id })).toMatchObject({
    replayed: true,
    generation: { id: first.generation.id },
  });
  expect(await send(key, { url: `${url}?` }, { imageId: image.id })).toMatchObject(conflict);
  expect(await send(key, { url }, { imageId: other.image.id })).toMatchObject(conflict);
  expect(await send(key, { imageId: image.id }, { url })).toMatchObject(conflict);
});

test('an input image that cannot be used is refused with its place under a key too, and leaves the key free', async () => {
  const key = crypto.randomUUID();
  const good = toDataUrl(await noise(45, 30).png().toBuffer());
  const { data } = await darkroom.client.ask(
    generateOnce.replace('UserError { message }', 'InputImageUnusable { path }'),
    {
      key,
      input: { prompt: 'mix them', inputImages: [good, { dataUrl: 'data:image/png;base64,????' }] },
    },
  );
  expect(data.generateImage).toMatchObject({ __typename: 'InputImageUnusable', path: ['inputImages', '1'] });
  expect(await send(key, good)).toMatchObject({ replayed: false });
});
