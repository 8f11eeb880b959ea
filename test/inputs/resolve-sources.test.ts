import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { InputImageUnusable } from '../../src/domain/user-errors.ts';
import { createFileLinks } from '../../src/http/file-links.ts';
import { acceptInput } from '../../src/inputs/accept-input.ts';
import type { ImageSource, RequestedInput } from '../../src/inputs/image-source.ts';
import { resolveSources } from '../../src/inputs/resolve-sources.ts';
import { variantName } from '../../src/storage/blob-names.ts';
import { noise, plain } from '../pictures/sample-pictures.ts';
import { type Studio, startStudio } from './studio.ts';

let studio: Studio;
let alice: string;
let bob: string;
beforeAll(async () => {
  studio = await startStudio();
  [alice, bob] = [await studio.userOf('alice'), await studio.userOf('bob')];
});
afterAll(() => studio[Symbol.asyncDispose]());

const stored = (imageId: string): ImageSource => ({ kind: 'stored', imageId });
const toUrl = (url: string): ImageSource => ({ kind: 'url', url });
const toUpload = (bytes: Uint8Array): ImageSource => ({
  kind: 'upload',
  upload: { sizeBytes: bytes.byteLength, read: async () => [bytes] },
});
const toDataUrl = (bytes: Uint8Array): ImageSource => ({
  kind: 'dataUrl',
  dataUrl: `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`,
});

/** The references in their order, then the mask. */
function toInputs(sources: readonly ImageSource[], mask?: ImageSource): readonly RequestedInput[] {
  const references = sources.map((source, position) => ({ role: 'REFERENCE', position, source }) as const);
  return mask === undefined ? references : [...references, { role: 'MASK', position: references.length, source: mask }];
}

const resolve = (sources: readonly ImageSource[], mask?: ImageSource) =>
  resolveSources(studio.dependencies, { userId: alice, inputs: toInputs(sources, mask) });

async function refusalOf(sources: readonly ImageSource[], mask?: ImageSource): Promise<InputImageUnusable> {
  const refusal: unknown = await resolve(sources, mask).catch((error: unknown) => error);
  if (!(refusal instanceof InputImageUnusable)) throw new TypeError('Nothing was refused.', { cause: refusal });
  return refusal;
}

const acceptFor = async (userId: string, bytes: Uint8Array) =>
  (await acceptInput(studio.dependencies, { userId, picture: [bytes] })).image;

test('every kind of source is found, in the order of the request', async () => {
  const known = await acceptFor(alice, await plain(30, 20).png().toBuffer());
  const [sent, written] = [await noise(31, 21).png().toBuffer(), await noise(32, 22).webp().toBuffer()];
  const mask = await plain(31, 21, { r: 0, g: 0, b: 0, alpha: 0 }).png().toBuffer();
  const url = 'https://pictures.example.com/a b.png?x=1';
  const inputs = await resolve([toUpload(sent), stored(known.id), toUrl(url), toDataUrl(written)], toUpload(mask));
  expect(inputs).toEqual([
    { role: 'REFERENCE', position: 0, imageId: expect.any(String), sourceUrl: null, size: { width: 31, height: 21 } },
    { role: 'REFERENCE', position: 1, imageId: known.id, sourceUrl: null, size: { width: 30, height: 20 } },
    { role: 'REFERENCE', position: 2, imageId: null, sourceUrl: url.replace(' ', '%20'), size: null },
    { role: 'REFERENCE', position: 3, imageId: expect.any(String), sourceUrl: null, size: { width: 32, height: 22 } },
    { role: 'MASK', position: 4, imageId: expect.any(String), sourceUrl: null, size: { width: 31, height: 21 } },
  ]);
  expect(studio.web.received).toEqual([]);
});

test('no sources are no inputs', async () => {
  expect(await resolve([])).toEqual([]);
});

test('the same bytes twice in one request are one image', async () => {
  const bytes = await noise(33, 23).png().toBuffer();
  const [one, other] = await resolve([toUpload(bytes), toDataUrl(bytes)]);
  expect(one?.imageId).toBe(other?.imageId);
});

describe('what cannot be used is refused with its place', () => {
  const unknown = 'There is no such image.';

  test('an image of somebody else is refused as one that there is not', async () => {
    const theirs = await acceptFor(bob, await plain(30, 20).png().toBuffer());
    const nobodys = stored(studio.dependencies.createId());
    const own = stored((await acceptFor(alice, await plain(30, 20).png().toBuffer())).id);
    expect(await refusalOf([own, stored(theirs.id)])).toMatchObject({ message: unknown, path: ['inputImages', '1'] });
    expect(await refusalOf([nobodys])).toMatchObject({ message: unknown, path: ['inputImages', '0'] });
    expect(await refusalOf([own], nobodys)).toMatchObject({ message: unknown, path: ['mask'] });
  });

  test('an upload of more than 20 MB is not even read', async () => {
    const read = () => Promise.reject(new Error('It was read.'));
    const upload: ImageSource = { kind: 'upload', upload: { sizeBytes: 20 * 1024 * 1024 + 1, read } };
    expect(await refusalOf([upload])).toMatchObject({ message: 'The picture has more than 20 MB.' });
  });

  test('bytes that are no picture, and base64 that is none', async () => {
    const good = toUpload(await plain(30, 20).png().toBuffer());
    const svg = toUpload(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
    const message = 'The bytes are no PNG, WebP or JPEG picture.';
    expect(await refusalOf([good, good, svg])).toMatchObject({ message, path: ['inputImages', '2'] });
    const wrong: ImageSource = { kind: 'dataUrl', dataUrl: 'data:image/png;base64,????' };
    expect(await refusalOf([good], wrong)).toMatchObject({
      message: 'The base64 of the data URL is wrong.',
      path: ['mask'],
    });
  });

  test.for([
    '',
    'picture.png',
    'file:///etc/passwd',
    'ftp://example.com/a.png',
    'data:image/png;base64,AAAA',
    'https://user:secret@example.com/a.png',
    'https://',
    'javascript:alert(1)',
  ])('%j, which is no address to fetch from', async (url) => {
    const message = 'It is no plain http or https address.';
    expect(await refusalOf([toUrl(url)])).toMatchObject({ message, path: ['inputImages', '0'] });
  });

  test('an address that is too long', async () => {
    const url = toUrl(`https://example.com/${'a'.repeat(4_100)}`);
    expect(await refusalOf([url])).toMatchObject({ message: 'The address is too long.' });
  });

  test('every address, where none are fetched', async () => {
    const inputs = toInputs([toUrl('https://example.com/a.png')]);
    const off = { ...studio.dependencies, downloader: undefined };
    const message = 'This server fetches no images from URLs. Upload the image instead.';
    await expect(resolveSources(off, { userId: alice, inputs })).rejects.toMatchObject({
      name: 'Error',
      message,
      path: ['inputImages', '0'],
    });
  });
});

describe('an address of our own storage', () => {
  const linkTo = (name: string) => studio.dependencies.images.link(name, { minimumSeconds: 60 }).href;

  test('is the viewer’s image, signed or not, large or small', async () => {
    const image = await acceptFor(alice, await noise(400, 300).png().toBuffer());
    const links = [linkTo(image.blobName), linkTo(variantName(image.blobName, 'THUMBNAIL'))];
    for (const link of [...links, links[0]?.split('?')[0] ?? '']) {
      const off = { ...studio.dependencies, downloader: undefined };
      const [input] = await resolveSources(off, { userId: alice, inputs: toInputs([toUrl(link)]) });
      expect(input).toMatchObject({ imageId: image.id, sourceUrl: null, size: { width: 400, height: 300 } });
    }
  });

  test('is refused as unknown where the image is somebody else’s, or is none', async () => {
    const theirs = await acceptFor(bob, await noise(401, 300).png().toBuffer());
    const container = linkTo('x').split('/x?')[0] ?? '';
    const odd = [`${container}/`, `${container}/i/%zz`, `${container}/i/${alice}/${theirs.id}`];
    for (const link of [linkTo(theirs.blobName), linkTo('g/none/1/0'), ...odd]) {
      const refusal = { message: 'There is no such image.', path: ['inputImages', '0'] };
      expect(await refusalOf([toUrl(link)]), link).toMatchObject(refusal);
    }
  });

  test('is the viewer’s image by a signed link to this server too, and unknown where it is somebody else’s', async () => {
    const files = createFileLinks({ secret: 'a secret of tests, and of nothing else', clock: { now: Date.now } });
    const dependencies = { ...studio.dependencies, findFile: files.find };
    const toFile = (name: string) => `https://darkroom.example${files.link(name, { minimumSeconds: 60 }).href}`;
    const ask = (url: string) => resolveSources(dependencies, { userId: alice, inputs: toInputs([toUrl(url)]) });
    const own = await acceptFor(alice, await noise(402, 300).png().toBuffer());
    const theirs = await acceptFor(bob, await noise(403, 300).png().toBuffer());
    for (const name of [own.blobName, variantName(own.blobName, 'THUMBNAIL')]) {
      expect(await ask(toFile(name))).toMatchObject([{ imageId: own.id, sourceUrl: null }]);
    }
    for (const name of [theirs.blobName, `x/${alice}/archive.zip`]) {
      await expect(ask(toFile(name))).rejects.toMatchObject({ message: 'There is no such image.' });
    }
    // Nobody has signed it: it is an address like any other, whose host the worker looks at.
    const forged = toFile(own.blobName).replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'));
    expect(await ask(forged)).toMatchObject([{ imageId: null, sourceUrl: forged }]);
    await expect(
      resolveSources({ ...dependencies, downloader: undefined }, { userId: alice, inputs: toInputs([toUrl(forged)]) }),
    ).rejects.toMatchObject({ message: 'This server fetches no images from URLs. Upload the image instead.' });
  });

  test('is none where only its path or its host is ours', async () => {
    const link = new URL(linkTo('i/a/b'));
    const elsewhere = `http://example.com${link.pathname}`;
    expect(await resolve([toUrl(elsewhere)])).toMatchObject([{ imageId: null, sourceUrl: elsewhere }]);
    const besides = `${link.origin}/another/container/i/a/b`;
    expect(await resolve([toUrl(besides)])).toMatchObject([{ imageId: null, sourceUrl: besides }]);
  });
});

describe('a mask', () => {
  const pictureOf = async (width: number, height: number) => toUpload(await plain(width, height).png().toBuffer());

  test.for([
    [31, 20],
    [20, 30],
    [60, 40],
  ] as const)('of %i x %i pixels does not fit 30 x 20', async ([width, height]) => {
    const refusal = await refusalOf([await pictureOf(30, 20)], await pictureOf(width, height));
    const message = `The mask has ${width}x${height} pixels and its input image 30x20: they must be the same.`;
    expect(refusal).toMatchObject({ message, path: ['mask'] });
  });

  test('belongs to the first image, as it is displayed', async () => {
    const turned = await plain(20, 30).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const inputs = await resolve([toUpload(turned), await pictureOf(50, 50)], await pictureOf(30, 20));
    expect(inputs).toHaveLength(3);
  });

  test('waits for an image whose size is not known yet', async () => {
    const inputs = await resolve([toUrl('https://example.com/a.png')], await pictureOf(30, 20));
    expect(inputs.map(({ size }) => size)).toEqual([null, { width: 30, height: 20 }]);
  });
});
