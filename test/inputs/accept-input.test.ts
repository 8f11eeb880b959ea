import { hash, randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { operator } from '../../src/accounts/to-actor.ts';
import { type Audit, createAudit } from '../../src/database/audit.ts';
import { acceptInput } from '../../src/inputs/accept-input.ts';
import { InputUnusable } from '../../src/inputs/input-unusable.ts';
import { variantName } from '../../src/storage/blob-names.ts';
import { StorageError } from '../../src/storage/storage-error.ts';
import { animatedPng, animatedWebp, emptyPng, noise, plain } from '../pictures/sample-pictures.ts';
import { type Studio, startStudio } from './studio.ts';

let studio: Studio;
let userId: string;
beforeAll(async () => {
  studio = await startStudio();
  userId = await studio.userOf('alice');
});
afterAll(() => studio[Symbol.asyncDispose]());

const accept = (bytes: Uint8Array, user = userId) =>
  acceptInput(studio.dependencies, { userId: user, picture: [bytes] });
const namesOf = async (user = userId) => (await studio.dependencies.images.list(`i/${user}/`)).map(({ name }) => name);

function findRow(id: string) {
  return studio.dependencies.database.prisma.image.findUniqueOrThrow({ where: { id } });
}

test('a picture is stored with its smaller ones and all that is known of it', async () => {
  const bytes = await plain(1200, 600).withMetadata({ orientation: 6 }).jpeg().toBuffer();
  const { image, replayed } = await accept(bytes);
  expect(replayed).toBe(false);
  expect(image).toMatchObject({
    mediaType: 'image/jpeg',
    width: 600,
    height: 1200,
    blobName: `i/${userId}/${image.id}`,
  });
  expect(await findRow(image.id)).toMatchObject({
    ...image,
    userId,
    origin: 'INPUT',
    sha256: hash('sha256', bytes),
    thumbHash: expect.any(String),
    seed: null,
    generationId: null,
    position: null,
  });
  const stored = await studio.dependencies.images.read(image.blobName);
  expect(stored?.byteLength).toBe(image.sizeBytes);
  expect(await sharp(stored).metadata()).toMatchObject({ format: 'jpeg', width: 600, height: 1200 });
  for (const [variant, height] of [
    ['PREVIEW', 1024],
    ['THUMBNAIL', 320],
  ] as const) {
    const smaller = await studio.dependencies.images.read(variantName(image.blobName, variant));
    expect(await sharp(smaller).metadata(), variant).toMatchObject({ format: 'webp', height });
  }
});

describe('the same bytes', () => {
  test('are stored once for a user', async () => {
    const bytes = await noise(40, 30).png().toBuffer();
    const first = await accept(bytes);
    const before = await namesOf();
    expect(await accept(bytes)).toEqual({ image: first.image, replayed: true });
    expect(await namesOf()).toEqual(before);
  });

  test('of two users are two pictures', async () => {
    const bytes = await noise(41, 30).png().toBuffer();
    const bob = await studio.userOf('bob');
    const [own, theirs] = [await accept(bytes), await accept(bytes, bob)];
    expect(theirs.replayed).toBe(false);
    expect(theirs.image.id).not.toBe(own.image.id);
    expect(await namesOf(bob)).toEqual([theirs.image.blobName]);
  });

  test('at the same time are one picture, and no bytes are left over', async () => {
    const user = await studio.userOf('carol');
    const bytes = await noise(400, 300).png().toBuffer();
    const accepted = await Promise.all(Array.from({ length: 5 }, () => accept(bytes, user)));
    expect(new Set(accepted.map(({ image }) => image.id)).size).toBe(1);
    expect(accepted.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const [first] = accepted;
    expect(await namesOf(user)).toEqual([first?.image.blobName, `${first?.image.blobName}.thumbnail`]);
  });

  test('in other wrappings are other bytes', async () => {
    const picture = plain(32, 32);
    const [one, other] = [await picture.png().toBuffer(), await picture.png({ compressionLevel: 0 }).toBuffer()];
    expect((await accept(other)).image.id).not.toBe((await accept(one)).image.id);
  });
});

const notAPicture = 'The bytes are no PNG, WebP or JPEG picture.';
const damaged = 'The picture is damaged or incomplete.';

test.for<readonly [string, () => Promise<Uint8Array> | Uint8Array, string]>([
  ['nothing', () => Buffer.of(), notAPicture],
  ['SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), notAPicture],
  ['PDF', () => Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj'), notAPicture],
  ['HTML', () => Buffer.from('<!doctype html><title>cat.png</title>'), notAPicture],
  ['GIF', () => plain(9, 9).gif().toBuffer(), notAPicture],
  ['AVIF', () => plain(9, 9).avif({ effort: 0 }).toBuffer(), notAPicture],
  ['half a JPEG', async () => (await noise(300, 200).jpeg().toBuffer()).subarray(0, 9_000), damaged],
  ['half a PNG', async () => (await noise(300, 200).png().toBuffer()).subarray(0, 9_000), damaged],
  ['half a WebP', async () => (await noise(300, 200).webp().toBuffer()).subarray(0, 9_000), damaged],
  ['30,000 x 30,000 pixels', () => emptyPng(30_000, 30_000), 'The picture has more than 40 megapixels.'],
  ['a PNG that moves', animatedPng, 'The picture has more than one frame.'],
  ['a WebP that moves', animatedWebp, 'The picture has more than one frame.'],
  ['more than 20 MB', () => Buffer.alloc(20 * 1024 * 1024 + 1), 'The picture has more than 20 MB.'],
])('%s is refused with a sentence, and nothing is stored', async ([, make, message]) => {
  const user = await studio.userOf(`mallory ${randomUUID()}`);
  const refusal: unknown = await accept(await make(), user).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(InputUnusable);
  expect(refusal).toMatchObject({ message, retryable: false });
  expect(await namesOf(user)).toEqual([]);
  expect(await studio.dependencies.database.prisma.image.count({ where: { userId: user } })).toBe(0);
});

test('storing ends with its signal, and leaves no row', async () => {
  const bytes = await noise(50, 50).png().toBuffer();
  const signal = AbortSignal.abort(new Error('cancelled'));
  const user = await studio.userOf(`somebody ${randomUUID()}`);
  await expect(acceptInput(studio.dependencies, { userId: user, picture: [bytes], signal })).rejects.toThrow(
    'cancelled',
  );
  expect(await namesOf(user)).toEqual([]);
  expect(await studio.dependencies.database.prisma.image.count({ where: { userId: user } })).toBe(0);
});

test('where the bytes cannot be stored there is no row, and the next try works', async () => {
  const bytes = await noise(50, 50).png().toBuffer();
  const { images } = studio.dependencies;
  const away = new StorageError('away', { fault: 'AWAY' });
  const broken = { ...studio.dependencies, images: { ...images, put: () => Promise.reject(away) } };
  await expect(acceptInput(broken, { userId, picture: [bytes] })).rejects.toBe(away);
  expect(await accept(bytes)).toMatchObject({ replayed: false });
});

test('an upload that cannot be written down leaves no row, and is one when it is sent again', async () => {
  const bytes = await noise(61, 43).png().toBuffer();
  const user = await studio.userOf('auditor');
  const actions: string[] = [];
  const written = createAudit(studio.dependencies, operator);
  const upload = (write: Audit['write']) => {
    return acceptInput(studio.dependencies, { userId: user, picture: [bytes], audit: { ...written, write } });
  };
  await expect(upload(() => Promise.reject(new Error('Not written.')))).rejects.toThrow('Not written.');
  expect(await studio.dependencies.database.prisma.image.count({ where: { userId: user } })).toBe(0);
  const note: Audit['write'] = async (_, { action }) => void actions.push(action);
  expect((await upload(note)).replayed).toBe(false);
  expect((await upload(note)).replayed).toBe(true);
  expect(actions).toEqual(['image.upload']);
});
