import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { createAzureImageStore } from '../../src/storage/azure-image-store.ts';
import type { ImageStore } from '../../src/storage/image-store.ts';
import { startTroubledStorage, type Trouble, type TroubledStorage } from './troubled-storage.ts';

const containerName = `test-${randomUUID()}`;
const open = (connectionString: string) =>
  createAzureImageStore({ connectionString, containerName, clock: { now: Date.now } });
const direct = open(inject('storageConnectionString'));
const newPicture = () => ({ name: `g/${randomUUID()}/1/0`, bytes: randomBytes(100_000), mediaType: 'image/png' });

let storage: TroubledStorage;
let store: ImageStore;
beforeAll(() => direct.prepare());
beforeEach(async () => {
  storage = await startTroubledStorage();
  store = open(storage.connectionString);
});
afterEach(() => storage[Symbol.asyncDispose]());

const flipOneBit: Trouble = ({ pass }) => {
  pass({ body: (bytes) => Buffer.from(bytes.map((byte, index) => (index === 50_000 ? byte ^ 1 : byte))) });
};
const answerOtherChecksum: Trouble = ({ pass }) => {
  pass({ answerHeaders: { 'content-md5': randomBytes(16).toString('base64') } });
};
const answerWithoutChecksum: Trouble = ({ pass }) => pass({ answerHeaders: { 'content-md5': undefined } });

test('looking whether a picture arrived as it was sent costs no further request', async () => {
  await store.put(newPicture());
  expect(storage.methods).toEqual(['PUT']);
});

test.for([
  ['whose bits were changed on the way', flipOneBit],
  ['of which the store says another checksum', answerOtherChecksum],
] as const)('a picture %s is sent once more', async ([, trouble]) => {
  storage.make(trouble, { times: 1, method: 'PUT' });
  const picture = newPicture();
  await store.put(picture);
  expect(storage.methods.filter((method) => method === 'PUT')).toHaveLength(2);
  expect(await direct.read(picture.name)).toEqual(picture.bytes);
});

test.for([
  ['whose bits are changed every time', flipOneBit],
  ['of which the store always says another checksum', answerOtherChecksum],
] as const)('a picture %s is not stored, and nothing of it stays', async ([, trouble]) => {
  storage.make(trouble, { method: 'PUT' });
  const picture = newPicture();
  await expect(store.put(picture)).rejects.toMatchObject({ name: 'StorageError', fault: 'DAMAGED', retryable: true });
  expect(storage.methods.filter((method) => method === 'PUT')).toHaveLength(2);
  expect(await direct.read(picture.name)).toBeUndefined();
});

test('a store that answers without a checksum is asked for it', async () => {
  storage.make(answerWithoutChecksum, { method: 'PUT' });
  const picture = newPicture();
  await store.put(picture);
  expect(storage.methods).toEqual(['PUT', 'HEAD']);
  expect(await direct.read(picture.name)).toEqual(picture.bytes);
});
