import { randomUUID } from 'node:crypto';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { generate, deleteMyData as remove } from '../support/documents.ts';
import { createHold } from '../support/hold.ts';
import { uploadAs } from '../support/multipart.ts';
import { createStage, paint } from '../support/stage.ts';
import { startWorkerProgram, workUntil } from '../support/worker-program.ts';
import { dumpRows, findMarkers } from './support/find-markers.ts';

const stack = new AsyncDisposableStack();
const stage = createStage();
let darkroom: Darkroom;
let container: ContainerClient;

beforeAll(async () => {
  darkroom = stack.use(await startDarkroom({ providers: [stage.provider] }));
  const { AZURE_STORAGE_CONNECTION_STRING = '', AZURE_STORAGE_CONTAINER } = darkroom.config;
  container = BlobServiceClient.fromConnectionString(AZURE_STORAGE_CONNECTION_STRING).getContainerClient(
    AZURE_STORAGE_CONTAINER,
  );
});
afterAll(() => stack.disposeAsync());

const keyed = /* GraphQL */ `
  mutation ($input: GenerateImageInput!, $key: String!) {
    generateImage(input: $input, idempotencyKey: $key, waitSeconds: 60) {
      ... on GenerateImageSuccess { generation { id status images { id } } }
    }
  }
`;

/** Somebody who leaves their mark wherever something can be left. */
async function liveAs(name: string, canary: string) {
  const client = darkroom.as(name);
  const noise = Buffer.alloc(64 * 48 * 3, canary);
  const picture = await sharp(noise, { raw: { width: 64, height: 48, channels: 3 } })
    .withExif({ IFD0: { ImageDescription: canary } })
    .png()
    .toBuffer();
  const uploaded = await uploadAs(client, picture, `${canary}.png`);
  const input = { prompt: `A lake, ${canary}`, negativePrompt: `no ${canary}`, style: canary, enhancePrompt: true };
  const made = await client.query(keyed, { input, key: `key ${canary}` });
  const [image] = made.generateImage.generation.images;
  const failing = stage.prompt(async function* () {
    yield { type: 'text', text: `I see ${canary}` };
    throw new ProviderError(`No ${canary}`, { code: 'CONTENT_REFUSED', retryable: false, categories: [canary] });
  });
  await client.query(generate, { input: { prompt: failing }, waitSeconds: 60 });
  const url = `https://pictures.invalid/${canary}.png`;
  await client.query(generate, { input: { prompt: canary, inputImages: [{ url }] }, waitSeconds: 60 });
  const inputImages = [{ imageId: image.id }];
  await client.query(generate, { input: { prompt: canary, inputImages }, waitSeconds: 60 });
  expect(uploaded).toMatchObject({ replayed: false });
  const { viewer } = await client.query('{ viewer { id } }');
  const userId = Buffer.from(viewer.id, 'base64url').toString().replace('User:', '');
  const { prisma } = darkroom.database;
  await prisma.user.update({ where: { id: userId }, data: { name: canary, email: `${canary}@example.test` } });
  const key = { userId, name: canary, prefix: randomUUID(), secretHash: Buffer.from(canary), scopes: ['READ'] };
  await prisma.apiKey.create({ data: { id: randomUUID(), createdAt: new Date(), ...key } });
  await client.query('mutation { exportMyData { __typename } }');
  const countArchives = () => prisma.export.count({ where: { userId, finishedAt: { not: null } } });
  await expect.poll(countArchives, { timeout: 30_000 }).toBe(1);
  return { client, userId, viewerId: viewer.id as string };
}

async function rowsWith(...marks: string[]) {
  const rows = await dumpRows(darkroom.config.DATABASE_URL ?? '');
  // What was spent within a minute is forgotten after it, by itself.
  return findMarkers(
    rows.filter((row) => !row.startsWith('public."RateLimit" ')),
    marks,
  );
}

/** Names, metadata and bytes. */
async function readBlobs(): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const { name } of container.listBlobsFlat()) {
    const bytes = await container.getBlobClient(name).downloadToBuffer();
    const shown = name.includes('.') ? '' : await sharp(bytes).raw().toBuffer();
    texts.push(`${name} ${bytes.toString('latin1')} ${shown.toString('latin1')}`);
  }
  return texts;
}

async function waitUntilGone(userId: string) {
  const find = () => darkroom.database.prisma.user.count({ where: { id: userId } });
  await expect.poll(find, { timeout: 50_000, interval: 200 }).toBe(0);
}

async function entriesAbout(userId: string) {
  const rows = await darkroom.database.prisma.auditEntry.findMany({
    where: { objectId: userId },
    orderBy: { id: 'asc' },
  });
  return rows.map(({ action, userId: by, credential, details }) => ({ action, by, credential, details }));
}

describe('what is left of somebody who had their data deleted', () => {
  test('nothing but that it was asked for and done; another one’s things are untouched', async () => {
    const canary = `canary${randomUUID().replaceAll('-', '')}`;
    const other = `finch${randomUUID().replaceAll('-', '')}`;
    const alice = await liveAs('alice', canary);
    const bob = await liveAs('bob', other);
    const hold = createHold();
    const running = stage.prompt(async function* (order) {
      await hold.wait(order.signal);
      yield await paint(order, 0);
    });
    await alice.client.query(generate, { input: { prompt: running } });
    await hold.reached;
    const before = await rowsWith(canary, alice.userId);
    expect(new Set(before.map((row) => row.split(' ')[0]))).toEqual(
      new Set([...expectedTables, ...before.map((row) => row.split(' ')[0])]),
    );
    expect(findMarkers(await readBlobs(), [canary])).toContainEqual(expect.stringContaining(`x/${alice.userId}/`));
    const othersRows = await rowsWith(other, bob.userId);
    const othersBlobs = findMarkers(await readBlobs(), [bob.userId]);

    const wrong = await alice.client.query(remove, { confirm: bob.viewerId });
    expect(wrong.deleteMyData).toMatchObject({ __typename: 'InvalidInput', issues: [{ path: ['confirm'] }] });
    const { deleteMyData } = await alice.client.query(remove, { confirm: alice.viewerId });
    expect(deleteMyData).toMatchObject({ __typename: 'DeleteMyDataSuccess', requestedAt: expect.any(String) });
    await waitUntilGone(alice.userId);

    expect(await rowsWith(canary)).toEqual([]);
    const rest = await rowsWith(alice.userId);
    expect(new Set(rest.map((row) => row.split(' ')[0]))).toEqual(
      // Of a partitioned table each row is seen twice.
      new Set(['public."AuditEntry"', 'pgboss.job', 'pgboss.job_common']),
    );
    const blobs = await readBlobs();
    expect(findMarkers(blobs, [canary, alice.userId])).toEqual([]);
    expect(await rowsWith(other, bob.userId)).toEqual(othersRows);
    expect(findMarkers(blobs, [bob.userId])).toEqual(othersBlobs);
    expect(await entriesAbout(alice.userId)).toEqual([
      { action: 'data.delete', by: alice.userId, credential: 'local', details: { state: 'requested' } },
      { action: 'data.delete', by: null, credential: 'system', details: { state: 'completed' } },
    ]);
    // A later login is somebody new.
    const { viewer, generations } = await darkroom
      .as('alice')
      .query('{ viewer { id name } generations { edges { node { id } } } }');
    expect(viewer).toMatchObject({ id: expect.not.stringContaining(alice.viewerId), name: null });
    expect(generations.edges).toEqual([]);
  });

  test('nothing, also where the process that removes it is killed at every step', async () => {
    const canary = `canary${randomUUID().replaceAll('-', '')}`;
    const carol = await liveAs('carol', canary);
    // Only the processes below work from now on.
    await darkroom.app[Symbol.asyncDispose]();
    const api = stack.use(await startDarkroom({ beside: darkroom, role: 'api', providers: [stage.provider] }));
    await api.as('carol').query(remove, { confirm: carol.viewerId });
    for (const point of ['after-purged-blobs', 'after-purged-generation', 'before-purge-end']) {
      expect(await workUntil(darkroom, point)).toBe('SIGKILL');
      expect((await rowsWith(carol.userId)).length).toBeGreaterThan(0);
    }
    await using last = await startWorkerProgram(darkroom);
    await waitUntilGone(carol.userId);
    expect(last.child.exitCode).toBeNull();
    expect(await rowsWith(canary)).toEqual([]);
    expect(findMarkers(await readBlobs(), [canary, carol.userId])).toEqual([]);
    expect((await entriesAbout(carol.userId)).map(({ details }) => details)).toEqual([
      { state: 'requested' },
      { state: 'completed' },
    ]);
  }, 180_000);
});

const expectedTables = [
  'User',
  'ApiKey',
  'Generation',
  'Prompt',
  'Image',
  'IdempotencyKey',
  'AuditEntry',
  'Export',
].map((table) => `public."${table}"`);
