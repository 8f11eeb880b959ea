import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { PictureOrder } from '../../src/providers/provider.ts';
import { emptyPng, noise, plain } from '../pictures/sample-pictures.ts';
import { createScriptedProvider, toModel } from '../support/blank-provider.ts';
import type { Variables } from '../support/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { generate } from '../support/documents.ts';
import { readRow } from '../support/generations.ts';
import { sendFiles, uploadAs } from '../support/multipart.ts';
import { paintAll } from '../support/stage.ts';

/** As a provider got it. */
interface Seen {
  readonly inputs: readonly string[];
  readonly mask: string | null;
  readonly sizes: readonly number[];
}

const seen: Seen[] = [];
const model = toModel('mixer/mixer', { inputImages: { min: 0, max: 16 }, mask: true });

async function look({ inputs, mask, signal }: PictureOrder): Promise<Seen> {
  const toText = ({ mediaType, width, height }: PictureOrder['inputs'][0]) => `${mediaType} ${width}x${height}`;
  const bytes = await Promise.all(inputs.map((input) => input.read(signal)));
  const sizes = bytes.map(({ byteLength }) => byteLength);
  expect(sizes).toEqual(inputs.map(({ sizeBytes }) => sizeBytes));
  return { inputs: inputs.map(toText), mask: mask === null ? null : toText(mask), sizes };
}

const mixer = createScriptedProvider(async function* (order) {
  seen.push(await look(order));
  yield* paintAll(order);
}, model);

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [mixer] });
});
beforeEach(() => {
  seen.length = 0;
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const toDataUrl = (bytes: Uint8Array) => `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
const send = async (input: Variables) =>
  (await darkroom.client.query(generate, { input: { prompt: 'mix them', ...input }, waitSeconds: 20 })).generateImage;

const details = /* GraphQL */ `
  query ($id: ID!) {
    generation(id: $id) {
      status
      inputs { position role sourceUrl image { id origin width height } }
      images { parents { id } }
      events { type }
    }
  }
`;

test('files, data URLs and stored images reach the provider in their order, and the history keeps them', async () => {
  const { image } = await uploadAs(darkroom.client, await noise(30, 20).png().toBuffer());
  const made = await send({});
  const [generated] = made.generation.images;
  const file = new File([new Uint8Array(await noise(31, 21).jpeg().toBuffer())], 'a.jpg');
  const mask = new File(
    [new Uint8Array(await plain(31, 21, { r: 0, g: 0, b: 0, alpha: 0 }).png().toBuffer())],
    'mask.png',
  );
  const dataUrl = toDataUrl(await noise(32, 22).webp().toBuffer());
  const inputImages = [{ file: null }, { imageId: generated.id }, { dataUrl }, { imageId: image.id }];
  const { data, errors } = await sendFiles(darkroom.client, {
    query: generate,
    variables: { input: { prompt: 'mix them', inputImages, mask: { file: null } }, waitSeconds: 20 },
    files: { 'variables.input.inputImages.0.file': file, 'variables.input.mask.file': mask },
  });
  expect(errors).toBeUndefined();
  expect(data.generateImage).toMatchObject({ generation: { status: 'SUCCEEDED' } });
  expect(seen.at(-1)).toMatchObject({
    inputs: ['image/jpeg 31x21', 'image/png 64x64', 'image/webp 32x22', 'image/png 30x20'],
    mask: 'image/png 31x21',
  });
  const { generation } = await darkroom.client.query(details, { id: data.generateImage.generation.id });
  const ofInput = { origin: 'INPUT' };
  expect(generation.inputs).toMatchObject([
    { position: 0, role: 'REFERENCE', sourceUrl: null, image: { ...ofInput, width: 31, height: 21 } },
    { position: 1, role: 'REFERENCE', sourceUrl: null, image: { id: generated.id, origin: 'GENERATED' } },
    { position: 2, role: 'REFERENCE', sourceUrl: null, image: { ...ofInput, width: 32 } },
    { position: 3, role: 'REFERENCE', sourceUrl: null, image: { id: image.id } },
    { position: 4, role: 'MASK', sourceUrl: null, image: { ...ofInput, width: 31 } },
  ]);
  const ids = generation.inputs.map((input: { image: { id: string } }) => ({ id: input.image.id }));
  expect(generation.images).toEqual([{ parents: ids }]);
  expect(generation.events.map(({ type }: { type: string }) => type)).toContain('INPUTS_PREPARED');
});

test.for<readonly [string, () => Promise<object>, string, readonly string[]]>([
  [
    'bytes that are no picture',
    async () => ({ inputImages: [{ dataUrl: toDataUrl(Buffer.from('<svg/>')) }] }),
    'The bytes are no PNG, WebP or JPEG picture.',
    ['inputImages', '0'],
  ],
  [
    'wrong base64',
    async () => ({ inputImages: [{ dataUrl: 'data:image/png;base64,!' }] }),
    'The base64 of the data URL is wrong.',
    ['inputImages', '0'],
  ],
  [
    'a bomb',
    async () => ({ inputImages: [{ dataUrl: toDataUrl(emptyPng(30_000, 30_000)) }] }),
    'The picture has more than 40 megapixels.',
    ['inputImages', '0'],
  ],
  [
    'somebody else’s image',
    async () => {
      const { image } = await uploadAs(darkroom.as('bob'), await noise(33, 20).png().toBuffer());
      return { inputImages: [{ dataUrl: toDataUrl(await plain(9, 9).png().toBuffer()) }, { imageId: image.id }] };
    },
    'There is no such image.',
    ['inputImages', '1'],
  ],
  [
    'a link to somebody else’s image',
    async () => {
      const { image } = await uploadAs(darkroom.as('bob'), await noise(34, 20).png().toBuffer());
      return { inputImages: [{ url: image.link.href }] };
    },
    'There is no such image.',
    ['inputImages', '0'],
  ],
  [
    'a URL of a file',
    async () => ({ inputImages: [{ url: 'file:///etc/passwd' }] }),
    'It is no plain http or https address.',
    ['inputImages', '0'],
  ],
  [
    'a mask of another size',
    async () => ({
      inputImages: [{ dataUrl: toDataUrl(await plain(9, 9).png().toBuffer()) }],
      mask: { dataUrl: toDataUrl(await plain(9, 8).png().toBuffer()) },
    }),
    'The mask has 9x8 pixels and its input image 9x9: they must be the same.',
    ['mask'],
  ],
])('%s is refused with its place, and nothing is accepted', async ([, toInput, message, path]) => {
  const before = await darkroom.database.prisma.generation.count();
  const query = /* GraphQL */ `
    mutation ($input: GenerateImageInput!) {
      generateImage(input: $input) { __typename ... on InputImageUnusable { message path } }
    }
  `;
  const answer = await darkroom.client.query(query, { input: { prompt: 'mix', ...(await toInput()) } });
  expect(answer.generateImage).toEqual({ __typename: 'InputImageUnusable', message, path });
  expect(await darkroom.database.prisma.generation.count()).toBe(before);
});

test('17 inputs are more than the model takes, and none of them is stored', async () => {
  const dataUrl = toDataUrl(await noise(35, 20).png().toBuffer());
  const before = await darkroom.database.prisma.image.count();
  const answer = await send({ inputImages: Array.from({ length: 17 }, () => ({ dataUrl })) });
  expect(answer).toMatchObject({ __typename: 'InvalidInput', issues: [{ path: ['input', 'inputImages'] }] });
  expect(await darkroom.database.prisma.image.count()).toBe(before);
});

test('a data URL of nearly 10 MB fits into a request', async () => {
  const bytes = await noise(1863, 1863).png().toBuffer();
  expect(bytes.byteLength).toBeGreaterThan(9.9 * 1024 * 1024);
  const { generation } = await send({ inputImages: [{ dataUrl: toDataUrl(bytes) }] });
  expect(generation).toMatchObject({ status: 'SUCCEEDED' });
  expect(seen.at(-1)?.inputs).toEqual(['image/png 1863x1863']);
});

test('a source with two fields, or with none, is refused', async () => {
  for (const source of [{}, { url: 'https://example.com/', imageId: 'x' }, { url: null }]) {
    const { data, errors } = await darkroom.client.ask(generate, { input: { prompt: 'x', inputImages: [source] } });
    expect(data?.generateImage ?? null).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
});

test('a URL of a private network fails the generation in words, and the next one is fine', async () => {
  const { generation } = await send({ inputImages: [{ url: 'http://169.254.169.254/latest/meta-data/' }] });
  const message = 'Input image 1: The image could not be fetched. The address is not public, or nobody answers there.';
  expect(generation).toMatchObject({
    status: 'FAILED',
    failure: { code: 'INPUT_IMAGE_UNUSABLE', message, retryable: true, stage: 'PREPARING_INPUTS' },
  });
  expect((await readRow(darkroom, generation.id))?.attempts).toEqual([]);
  expect(seen).toEqual([]);
  expect(await send({})).toMatchObject({ generation: { status: 'SUCCEEDED' } });
});

test('where URLs are off, one is refused when it is given', async () => {
  await using off = await startDarkroom({
    beside: darkroom,
    role: 'api',
    providers: [mixer],
    config: { INPUT_URLS: 'off' },
  });
  const input = { prompt: 'mix', inputImages: [{ url: 'https://example.com/a.png' }] };
  const { generateImage } = await off.client.query(generate, { input });
  expect(generateImage).toMatchObject({
    __typename: 'InputImageUnusable',
    message: 'This server fetches no images from URLs. Upload the image instead.',
  });
});
