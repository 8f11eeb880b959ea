import { hash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { animatedWebp, emptyPng, noise, plain } from '../pictures/sample-pictures.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { sendFiles, upload, uploadAs } from '../support/multipart.ts';
import { openRawSocket } from '../support/raw-socket.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom();
});
afterAll(() => darkroom[Symbol.asyncDispose]());

async function visit(href: string) {
  const response = await fetch(href);
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, mediaType: response.headers.get('content-type'), bytes };
}

test('an uploaded picture is stored with all that is known of it', async () => {
  const bytes = await plain(1200, 600).png().toBuffer();
  const answer = await uploadAs(darkroom.client, bytes, 'lake.png');
  expect(answer).toMatchObject({
    __typename: 'UploadImageSuccess',
    replayed: false,
    image: {
      origin: 'INPUT',
      mediaType: 'image/png',
      width: 1200,
      height: 600,
      sha256: hash('sha256', bytes),
      thumbHash: expect.any(String),
      seed: null,
      generation: null,
      parents: [],
      usedBy: { edges: [] },
    },
  });
  const { link, preview, thumbnail, sizeBytes } = answer.image;
  const original = await visit(link.href);
  expect(original).toMatchObject({ status: 200, mediaType: 'image/png' });
  expect(original.bytes.byteLength).toBe(sizeBytes);
  const smaller = [await visit(preview.href), await visit(thumbnail.href)];
  expect(smaller.map(({ mediaType }) => mediaType)).toEqual(['image/webp', 'image/webp']);
  const widths = smaller.map(async (variant) => (await sharp(variant.bytes).metadata()).width);
  expect(await Promise.all(widths)).toEqual([1024, 320]);
});

test('what a camera wrote beside the picture is gone, and the picture is upright', async () => {
  const bytes = await plain(600, 300)
    .withExif({ IFD0: { Make: 'Camera' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const { image } = await uploadAs(darkroom.client, bytes);
  expect(image).toMatchObject({ mediaType: 'image/jpeg', width: 300, height: 600 });
  const stored = await sharp((await visit(image.link.href)).bytes).metadata();
  expect(stored).toMatchObject({ width: 300, height: 600 });
  expect([stored.exif, stored.orientation]).toEqual([undefined, undefined]);
});

describe('the same bytes', () => {
  test('sent again are the same image', async () => {
    const bytes = await noise(50, 40).png().toBuffer();
    const first = await uploadAs(darkroom.client, bytes, 'one.png');
    const again = await uploadAs(darkroom.client, bytes, 'other.jpg', 'image/jpeg');
    expect(again).toEqual({ ...first, replayed: true });
    const { image, replayed } = await uploadAs(darkroom.as('bob'), bytes);
    expect(replayed).toBe(false);
    expect(image.id).not.toBe(first.image.id);
  });

  test('sent several times at once are one image', async () => {
    const bytes = await noise(600, 400).jpeg().toBuffer();
    const answers = await Promise.all(Array.from({ length: 6 }, () => uploadAs(darkroom.as('carol'), bytes)));
    expect(new Set(answers.map(({ image }) => image.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await darkroom.database.prisma.image.count({ where: { sha256: hash('sha256', bytes) } })).toBe(1);
  });
});

test('several files go in one request, each with its own answer', async () => {
  const query = /* GraphQL */ `
    mutation ($one: File!, $other: File!) {
      one: uploadImage(file: $one) { ... on UploadImageSuccess { image { width } } }
      other: uploadImage(file: $other) { ... on InputImageUnusable { message path } }
      again: uploadImage(file: $one) { ... on UploadImageSuccess { replayed image { width } } }
    }
  `;
  const files = {
    'variables.one': new File([new Uint8Array(await noise(77, 40).png().toBuffer())], 'one.png'),
    'variables.other': new File(['<html>'], 'other.png'),
  };
  const { status, data } = await sendFiles(darkroom.client, { query, variables: { one: null, other: null }, files });
  expect({ status, data }).toEqual({
    status: 200,
    data: {
      one: { image: { width: 77 } },
      other: { message: 'The bytes are no PNG, WebP or JPEG picture.', path: ['file'] },
      again: { replayed: true, image: { width: 77 } },
    },
  });
});

test.for<readonly [string, string, () => Promise<Uint8Array> | Uint8Array, string]>([
  ['SVG', 'a.svg', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'no PNG, WebP or JPEG'],
  ['PDF', 'a.pdf', () => Buffer.from('%PDF-1.4'), 'no PNG, WebP or JPEG'],
  ['HTML named .png', 'a.png', () => Buffer.from('<!doctype html>'), 'no PNG, WebP or JPEG'],
  ['nothing', 'a.png', () => Buffer.of(), 'no PNG, WebP or JPEG'],
  ['a truncated JPEG', 'a.jpg', async () => (await noise(300, 200).jpeg().toBuffer()).subarray(0, 9_000), 'damaged'],
  ['30,000 x 30,000 pixels', 'a.png', () => emptyPng(30_000, 30_000), 'more than 40 megapixels'],
  ['a picture that moves', 'a.webp', () => animatedWebp(), 'more than one frame'],
  ['21 MB', 'a.png', () => Buffer.alloc(21 * 1024 * 1024), 'more than 20 MB'],
])('%s is refused with a sentence, and the next upload is fine', async ([, name, make, words]) => {
  const bytes = await make();
  const answer = await uploadAs(darkroom.client, bytes, name);
  expect(answer).toEqual({ __typename: 'InputImageUnusable', message: expect.stringContaining(words), path: ['file'] });
  const good = await uploadAs(darkroom.client, await plain(10, 10).png().toBuffer());
  expect(good.__typename).toBe('UploadImageSuccess');
});

test.for(['../../etc/passwd', 'a\u0000b.png', '\u202egnp.exe', 'x'.repeat(50_000), 'ä ö 😀.png', '"; filename="b.png'])(
  'a file may have any name: %#',
  async (name) => {
    const bytes = await plain(12, 12).png().toBuffer();
    expect((await uploadAs(darkroom.client, bytes, name)).__typename).toBe('UploadImageSuccess');
  },
);

describe('a File that is none is refused', () => {
  const message = 'A File is a part of a multipart request.';

  test.for([
    {},
    { name: 'a.png', size: 3, type: 'image/png' },
    { sizeBytes: 3, read: 'bytes' },
    'a.png',
    7,
    ['a.png'],
    true,
  ])('as JSON: %j', async (file) => {
    const answer = await darkroom.client.ask(upload, { file });
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(answer.errors?.[0]?.message).toContain(message);
  });

  test('in the document itself, where it is none of the request’s parts either', async () => {
    for (const literal of ['"a.png"', '{ sizeBytes: 3, read: "x" }', '7']) {
      const answer = await darkroom.client.ask(`mutation { uploadImage(file: ${literal}) { __typename } }`);
      expect(answer.data, literal).toBeUndefined();
      expect(answer.errors?.[0]?.message).toContain(message);
    }
  });

  test('over a WebSocket', async () => {
    const { subscribe, answer, close } = await openRawSocket(darkroom.client);
    subscribe('upload', upload, { file: { sizeBytes: 3 } });
    expect(JSON.stringify(await answer('upload'))).toContain(message);
    await close();
  });

  test('where it is missing', async () => {
    const answer = await darkroom.client.ask(upload, { file: null });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});
