import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { noise, plain } from '../pictures/sample-pictures.ts';
import { createScriptedProvider, toModel } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow, retry } from '../support/documents.ts';
import { submit, waitForEnd } from '../support/generations.ts';
import { uploadAs } from '../support/multipart.ts';
import { paintAll } from '../support/stage.ts';

const mixer = createScriptedProvider(paintAll, toModel('mixer/mixer', { inputImages: { min: 0, max: 4 }, mask: true }));
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [mixer] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const readInputs = /* GraphQL */ `
  query ($id: ID!) { generation(id: $id) { options { width height } inputs { position role sourceUrl image { id } } } }
`;
const url = 'https://pictures.example.com/a.png';
const read = async (id: string) => (await darkroom.client.query(readInputs, { id })).generation;
const again = async (id: string, { client }: Darkroom = darkroom) =>
  (await client.query(retry, { id })).retryGeneration;

/** Of an input image and its mask. */
async function makeOne(): Promise<string> {
  const mask = await plain(70, 80, { r: 0, g: 0, b: 0, alpha: 0 }).png().toBuffer();
  const images = [await noise(70, 80).png().toBuffer(), mask];
  const [image, cover] = await Promise.all(images.map((bytes) => uploadAs(darkroom.client, bytes)));
  const input = { inputImages: [{ imageId: image.image.id }], mask: { imageId: cover.image.id } };
  const id = await submit(darkroom.client, { prompt: 'mix them', ...input });
  expect(await waitForEnd(darkroom.client, follow, id)).toMatchObject({ status: 'SUCCEEDED' });
  return id;
}

async function changeInput(id: string, position: number, assignments: string): Promise<void> {
  const text = `UPDATE "GenerationInput" SET ${assignments} WHERE "generationId" = $1 AND position = $2`;
  await darkroom.database.pool.query(text, [decodeKey(id, 'Generation'), position]);
}

test('the images and the mask are the same ones', async () => {
  const id = await makeOne();
  const first = await read(id);
  expect(first.inputs).toMatchObject([{ role: 'REFERENCE' }, { role: 'MASK' }]);
  const { generation } = await again(id);
  expect(await read(generation.id)).toEqual(first);
  expect(await waitForEnd(darkroom.client, follow, generation.id)).toMatchObject({ status: 'SUCCEEDED' });
});

test('what was fetched from a URL is not fetched again', async () => {
  const id = await makeOne();
  await changeInput(id, 0, `"sourceUrl" = '${url}'`);
  const { generation } = await again(id);
  const { inputs } = await read(generation.id);
  expect(inputs).toEqual((await read(id)).inputs);
  expect(inputs[0]).toMatchObject({ sourceUrl: url, image: { id: expect.any(String) } });
  // There is nobody at that address: it ends well because nobody was asked.
  expect(await waitForEnd(darkroom.client, follow, generation.id)).toMatchObject({ status: 'SUCCEEDED' });
});

test('what could not be fetched is fetched by the new one, unless this server fetches nothing', async () => {
  const id = await makeOne();
  await changeInput(id, 0, `"imageId" = NULL, "sourceUrl" = '${url}'`);
  await using api = await startDarkroom({
    role: 'api',
    beside: darkroom,
    providers: [mixer],
    config: { INPUT_URLS: 'off' },
  });
  expect(await again(id, api)).toMatchObject({ __typename: 'InputImageUnusable', path: ['inputImages', '0'] });
  const { generation } = await again(id);
  expect((await read(generation.id)).inputs[0]).toMatchObject({ sourceUrl: url });
});

test.each([
  [0, ['inputImages', '0']],
  [1, ['mask']],
])('an input image that is gone is refused with its place: %d', async (position, path) => {
  const id = await makeOne();
  await changeInput(id, position, '"imageId" = NULL');
  expect(await again(id)).toEqual({ __typename: 'InputImageUnusable', message: 'The image is gone.', path });
});
