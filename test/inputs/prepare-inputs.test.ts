import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { NewInput } from '../../src/database/insert-inputs.ts';
import { InputImageUnusable } from '../../src/domain/user-errors.ts';
import { acceptInput } from '../../src/inputs/accept-input.ts';
import type { InputDependencies } from '../../src/inputs/dependencies.ts';
import { InputUnusable } from '../../src/inputs/input-unusable.ts';
import { prepareInputs } from '../../src/inputs/prepare-inputs.ts';
import { UnusablePictureError } from '../../src/pictures/unusable-picture-error.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { withVariants } from '../../src/storage/blob-names.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { emptyPng, noise, plain } from '../pictures/sample-pictures.ts';
import { insertInputs } from '../support/inputs.ts';
import { type Answer, faults, sendText } from '../support/standins/standin.ts';
import { insertEmptyGeneration, type Studio, startStudio } from './studio.ts';

let studio: Studio;
let userId: string;
let generationId: string;
const { signal } = new AbortController();
beforeAll(async () => {
  studio = await startStudio();
  userId = await studio.userOf('alice');
});
beforeEach(async () => {
  generationId = await insertEmptyGeneration(studio, userId);
});
afterAll(() => studio[Symbol.asyncDispose]());

const insert = (...inputs: readonly NewInput[]) =>
  studio.dependencies.database.transaction((connection) => insertInputs(connection, generationId, inputs));
const prepare = (dependencies = studio.dependencies) => prepareInputs(dependencies, { generationId, userId, signal });
const acceptPicture = async (bytes: Uint8Array) =>
  (await acceptInput(studio.dependencies, { userId, picture: [bytes] })).image;

function byUrl(path: string, position = 0): NewInput {
  return { role: 'REFERENCE', position, imageId: null, sourceUrl: `${studio.web.url}${path}` };
}

function byId(imageId: string, position = 0): NewInput {
  return { role: 'REFERENCE', position, imageId, sourceUrl: null };
}

function answerWith(path: RegExp, bytes: Uint8Array): void {
  studio.web.interject(path, (_, response) => void response.end(bytes));
}

function findRows() {
  const { generationInput } = studio.dependencies.database.prisma;
  return generationInput.findMany({ where: { generationId }, orderBy: { position: 'asc' } });
}

async function refusalOf(work: Promise<unknown>): Promise<InputUnusable> {
  const refusal: unknown = await work.catch((error: unknown) => error);
  if (!(refusal instanceof InputUnusable)) throw new TypeError('Nothing was refused.', { cause: refusal });
  return refusal;
}

test('a generation without inputs has none', async () => {
  await insert();
  expect(await prepare()).toEqual({ images: [], mask: null });
});

test('stored images are opened in their order, the mask apart', async () => {
  const [first, second] = [
    await acceptPicture(await noise(30, 20).png().toBuffer()),
    await acceptPicture(await noise(50, 20).jpeg().toBuffer()),
  ];
  const mask = await acceptPicture(await plain(50, 20).png().toBuffer());
  await insert(byId(second.id, 0), byId(first.id, 1), { ...byId(mask.id, 2), role: 'MASK' });
  const prepared = await prepare();
  expect(prepared.images).toMatchObject([
    { mediaType: 'image/jpeg', width: 50, height: 20, sizeBytes: second.sizeBytes },
    { mediaType: 'image/png', width: 30, height: 20, sizeBytes: first.sizeBytes },
  ]);
  expect(prepared.mask).toMatchObject({ mediaType: 'image/png', width: 50, height: 20 });
  const bytes = await prepared.images[0]?.read(signal);
  expect(Buffer.from(bytes ?? [])).toEqual(await studio.dependencies.images.read(second.blobName));
  expect(bytes?.buffer).toBeInstanceOf(ArrayBuffer);
});

test('a URL is fetched once, stored as its user’s, and remembered', async () => {
  const bytes = await noise(60, 40).webp().toBuffer();
  answerWith(/lake/, bytes);
  await insert(byUrl('/lake.webp?size=1'));
  expect((await prepare()).images).toMatchObject([{ mediaType: 'image/webp', width: 60, height: 40 }]);
  const [row] = await findRows();
  expect(row).toMatchObject({ sourceUrl: `${studio.web.url}/lake.webp?size=1`, imageId: expect.any(String) });
  const image = await studio.dependencies.database.prisma.image.findUnique({ where: { id: row?.imageId ?? '' } });
  expect(image).toMatchObject({ userId, origin: 'INPUT', generationId: null });
  const asked = studio.web.received.length;
  // Whoever takes over finds it.
  expect((await prepare()).images).toHaveLength(1);
  expect(studio.web.received.length).toBe(asked);
});

test('a picture that the user has sent before is that picture', async () => {
  const bytes = await noise(61, 40).png().toBuffer();
  const known = await acceptPicture(bytes);
  answerWith(/known/, bytes);
  await insert(byUrl('/known.png'));
  await prepare();
  expect(await findRows()).toMatchObject([{ imageId: known.id }]);
});

describe('a URL that gives no picture', () => {
  const html: Answer = (_, response) => sendText(response, 200, '<!doctype html>', 'text/html');
  const large: Answer = (_, response) => void response.end(Buffer.alloc(30 * 1024 * 1024));
  const bomb: Answer = (_, response) => void response.end(emptyPng(30_000, 30_000));
  const noPicture = 'The bytes are no PNG, WebP or JPEG picture.';

  test.for<readonly [string, Answer, string, boolean]>([
    ['answers 404', (_, response) => sendText(response, 404, ''), 'The address answered 404.', false],
    ['answers 500', (_, response) => sendText(response, 500, ''), 'The address answered 500.', true],
    ['breaks off', faults.cut, 'The connection broke before the answer was there.', true],
    ['answers 30 MB', large, 'The answer is too large.', false],
  ])('since it %s', async ([, answer, reason, retryable]) => {
    studio.web.interject(/bad/, answer);
    answerWith(/good/, await plain(20, 20).png().toBuffer());
    await insert(byUrl('/good'), byUrl('/bad', 1));
    const message = `Input image 2: The image could not be fetched. ${reason}`;
    expect(await refusalOf(prepare())).toMatchObject({ message, retryable });
    const [good, bad] = await findRows();
    expect(good?.imageId).not.toBeNull();
    expect(bad?.imageId).toBeNull();
  });

  test('since it redirects for ever', async () => {
    for (let times = 0; times < 4; times += 1) {
      studio.web.interject(/circle/, (_, response) => void response.writeHead(302, { location: '/circle' }).end());
    }
    await insert({ ...byUrl('/circle'), role: 'MASK' });
    const message = 'Mask: The image could not be fetched. It redirects without end.';
    expect(await refusalOf(prepare())).toMatchObject({ message, retryable: false });
  });

  test.for<readonly [string, Answer, string]>([
    ['answers with a page', html, noPicture],
    ['answers nothing', (_, response) => void response.writeHead(200).end(), noPicture],
    ['answers with a bomb', bomb, 'The picture has more than 40 megapixels.'],
  ])('since it %s', async ([, answer, reason]) => {
    studio.web.interject(/odd/, answer);
    await insert(byUrl('/odd'));
    expect(await refusalOf(prepare())).toMatchObject({ message: `Input image 1: ${reason}`, retryable: false });
  });
});

test('an address of a private network is refused', async () => {
  await insert({ ...byUrl(''), sourceUrl: 'http://169.254.169.254/latest/meta-data/' });
  const message = 'Input image 1: The image could not be fetched. The address is not public, or nobody answers there.';
  expect(await refusalOf(prepare())).toMatchObject({ message, retryable: true });
});

test('where URLs were turned off meanwhile, none is fetched', async () => {
  await insert(byUrl('/never'));
  const refusal = await refusalOf(prepare({ ...studio.dependencies, downloader: undefined }));
  expect(refusal.message).toBe('Input image 1: This server fetches no images from URLs.');
});

test('whoever stops it gets their reason, and the address is left', async () => {
  const abort = new AbortController();
  const reason = new Error('Enough of it.');
  const { promise: left, resolve } = Promise.withResolvers<void>();
  studio.web.interject(/stopped/, async (request) => {
    abort.abort(reason);
    await request.left;
    resolve();
  });
  await insert(byUrl('/stopped'));
  const stopped = prepareInputs(studio.dependencies, { generationId, userId, signal: abort.signal });
  await expect(stopped).rejects.toBe(reason);
  await left;
});

test('a mask is held against a fetched image', async () => {
  const mask = await acceptPicture(await plain(20, 20).png().toBuffer());
  answerWith(/larger/, await plain(40, 20).png().toBuffer());
  await insert(byUrl('/larger'), { ...byId(mask.id, 1), role: 'MASK' });
  const message = 'The mask has 20x20 pixels and its input image 40x20: they must be the same.';
  expect(await refusalOf(prepare())).toMatchObject({ message });
});

describe('an image that goes', () => {
  test('before the generation is stored is refused with its place, and nothing is stored', async () => {
    const image = await acceptPicture(await noise(70, 20).png().toBuffer());
    const gone = studio.dependencies.createId();
    await expect(insert(byId(image.id, 0), byId(gone, 1))).rejects.toMatchObject({
      message: 'There is no such image.',
      path: ['inputImages', '1'],
    });
    await expect(insert({ ...byId(gone), role: 'MASK' })).rejects.toBeInstanceOf(InputImageUnusable);
    expect(await findRows()).toEqual([]);
  });

  test('after that is missed when the generation runs', async () => {
    await insert({ role: 'REFERENCE', position: 0, imageId: null, sourceUrl: null });
    expect(await refusalOf(prepare())).toMatchObject({ message: 'Input image 1: The image is gone.' });
  });

  test('from the storage alone is what a provider may say', async () => {
    const image = await acceptPicture(await noise(71, 20).png().toBuffer());
    await insert(byId(image.id));
    const [input] = (await prepare()).images;
    await studio.dependencies.images.remove(withVariants(image.blobName));
    const failure: unknown = await input?.read(signal).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProviderError);
    expect(failure).toMatchObject({ code: 'INPUT_IMAGE_UNUSABLE', retryable: false, unstarted: true });
  });
});

test('an input is converted by the lab', async () => {
  const image = await acceptPicture(await noise(73, 20).png().toBuffer());
  await insert(byId(image.id));
  const [input] = (await prepare()).images;
  const small = await input?.convert({ to: 'webp', longerSide: 40 }, signal);
  expect(await sharp(small).metadata()).toMatchObject({ format: 'webp', width: 40, height: 11 });
});

test('an input that the lab cannot read is what a provider may say, and nobody waits for a lab after an abort', async () => {
  const image = await acceptPicture(await noise(74, 20).png().toBuffer());
  await insert(byId(image.id));
  const withLab = async (convert: InputDependencies['lab']['convert']) => {
    const lab = { ...studio.dependencies.lab, convert };
    const [input] = (await prepare({ ...studio.dependencies, lab })).images;
    if (input === undefined) throw new Error('There is no input.');
    return input;
  };
  const unusable = new UnusablePictureError('No.');
  const broken = await withLab(() => Promise.reject(unusable));
  await expect(broken.convert({ to: 'png' }, signal)).rejects.toMatchObject({
    name: 'ProviderError',
    code: 'INPUT_IMAGE_UNUSABLE',
    retryable: false,
    unstarted: true,
    cause: unusable,
  });
  const abort = new AbortController();
  const reason = new Error('Enough of it.');
  const slow = await withLab(() => {
    abort.abort(reason);
    return new Promise(() => undefined);
  });
  await expect(slow.convert({ to: 'png' }, abort.signal)).rejects.toBe(reason);
});

test('a storage that is away is what a provider may say, an abort is an abort', async () => {
  const image = await acceptPicture(await noise(72, 20).png().toBuffer());
  await insert(byId(image.id));
  const away = new StorageError('away', { fault: 'AWAY' });
  const images = { ...studio.dependencies.images, read: () => Promise.reject(away) };
  const [broken] = (await prepare({ ...studio.dependencies, images })).images;
  const failure: unknown = await broken?.read(signal).catch((error: unknown) => error);
  expect(failure).toMatchObject({ name: 'ProviderError', code: 'STORAGE_UNAVAILABLE', retryable: true, cause: away });
  const [input] = (await prepare()).images;
  const reason = new Error('Enough of it.');
  await expect(input?.read(AbortSignal.abort(reason))).rejects.toBe(reason);
});
