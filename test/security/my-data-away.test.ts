import { BlobServiceClient } from '@azure/storage-blob';
import { expect, test } from 'vitest';
import { noise } from '../pictures/sample-pictures.ts';
import { answerWith, startTroubledStorage } from '../storage/troubled-storage.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { deleteMyData, generate } from '../support/documents.ts';
import { uploadAs } from '../support/multipart.ts';

const patience = { timeout: 100_000, interval: 200 };

/** Somebody with a picture that was made, and one that they sent. Answers how the API calls them, and the key of their row. */
async function live({ client }: Darkroom) {
  const { generateImage } = await client.query(generate, { input: { prompt: 'A lake' }, waitSeconds: 60 });
  expect(generateImage).toMatchObject({ generation: { status: 'SUCCEEDED' } });
  await uploadAs(client, await noise(64, 48).png().toBuffer());
  const { viewer } = await client.query('{ viewer { id } }');
  const userId = Buffer.from(viewer.id, 'base64url').toString().replace('User:', '');
  return { viewerId: viewer.id as string, userId };
}

async function leave({ client }: Darkroom, confirm: string): Promise<void> {
  const answer = await client.query(deleteMyData, { confirm });
  expect(answer.deleteMyData.__typename).toBe('DeleteMyDataSuccess');
}

const isThere = ({ database }: Darkroom, id: string) => database.prisma.user.count({ where: { id } });

async function readBlobNames({ config }: Darkroom): Promise<readonly string[]> {
  const { AZURE_STORAGE_CONNECTION_STRING = '', AZURE_STORAGE_CONTAINER } = config;
  const service = BlobServiceClient.fromConnectionString(AZURE_STORAGE_CONNECTION_STRING);
  const blobs = await Array.fromAsync(service.getContainerClient(AZURE_STORAGE_CONTAINER).listBlobsFlat());
  return blobs.map(({ name }) => name);
}

test('while the storage is away the rows stay, and all goes when it is back', { timeout: 150_000 }, async () => {
  await using storage = await startTroubledStorage();
  const config = { AZURE_STORAGE_CONNECTION_STRING: storage.connectionString };
  await using darkroom = await startDarkroom({ config });
  const { prisma } = darkroom.database;
  const { viewerId, userId } = await live(darkroom);
  expect(await readBlobNames(darkroom)).not.toEqual([]);
  storage.make(answerWith(503, 'ServerBusy'));
  await leave(darkroom, viewerId);
  await storage.met(1);
  expect(await isThere(darkroom, userId)).toBe(1);
  expect(await prisma.image.count({ where: { userId } })).toBe(2);
  storage.end();
  await expect.poll(() => isThere(darkroom, userId), patience).toBe(0);
  expect(await prisma.image.count({ where: { userId } })).toBe(0);
  expect(await readBlobNames(darkroom)).toEqual([]);
});

test('the local user, whom nobody asks who they are, is somebody new afterwards', { timeout: 150_000 }, async () => {
  await using darkroom = await startDarkroom({ identity: 'local' });
  const { viewerId, userId } = await live(darkroom);
  await leave(darkroom, viewerId);
  const { viewer, images } = await darkroom.client.query('{ viewer { id name } images { edges { node { id } } } }');
  expect(viewer.id).not.toBe(viewerId);
  expect(viewer.name).toBe('Local user');
  expect(images.edges).toEqual([]);
  await expect.poll(() => isThere(darkroom, userId), patience).toBe(0);
  expect(await readBlobNames(darkroom)).toEqual([]);
  expect((await live(darkroom)).viewerId).toBe(viewer.id);
});
