import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweepExports } from '../../src/generations/sweep-exports.ts';
import { exportsPrefix } from '../../src/storage/blob-names.ts';
import type { ImageStore } from '../../src/storage/image-store.ts';
import { plain } from '../pictures/sample-pictures.ts';
import { findMarkers } from '../security/support/find-markers.ts';
import { toModel } from '../support/blank-provider.ts';
import type { Client } from '../support/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { generate } from '../support/documents.ts';
import { openImages } from '../support/images.ts';
import { uploadAs } from '../support/multipart.ts';
import { createLimitedUser, expectCounted } from '../support/quota.ts';
import { readZip } from '../support/read-zip.ts';
import { createStage } from '../support/stage.ts';
import { startWorkerProgram, workUntil } from '../support/worker-program.ts';

const stack = new AsyncDisposableStack();
const stage = createStage(toModel('blank/blank', { inputImages: { min: 0, max: 1 } }));
const dayMilliseconds = 24 * 3_600_000;
let ahead = 0;
const clock = { now: () => Date.now() + ahead };
let darkroom: Darkroom;
let images: ImageStore;

beforeAll(async () => {
  darkroom = stack.use(await startDarkroom({ providers: [stage.provider], clock }));
  images = openImages(darkroom.config);
});
afterAll(() => stack.disposeAsync());

const exportMyData = /* GraphQL */ `
  mutation {
    exportMyData {
      __typename
      ... on ExportMyDataSuccess { href expiresAt }
      ... on QuotaExceeded { message quota { kind limit used resetsAt } }
    }
  }
`;
const keyed = /* GraphQL */ `
  mutation ($input: GenerateImageInput!, $key: String!) {
    generateImage(input: $input, idempotencyKey: $key, waitSeconds: 60) {
      __typename
      ... on UserError { message }
      ... on GenerateImageSuccess { generation { id images { id } } }
    }
  }
`;

const ask = async (client: Client) => (await client.query(exportMyData)).exportMyData;
const toUuid = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1] ?? '';
const idOf = async (client: Client) => toUuid((await client.query('{ viewer { id } }')).viewer.id);

/** Asks until the archive is whole, as often as the server says. */
async function fetchArchive(href: string): Promise<Response> {
  for (;;) {
    const answer = await fetch(href);
    if (answer.status !== 202) return answer;
    await answer.text();
    await delay(Number(answer.headers.get('retry-after')) * 1_000);
  }
}

async function readArchive(href: string) {
  const answer = await fetchArchive(href);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="darkroom-export.zip"');
  const archive = readZip(Buffer.from(await answer.arrayBuffer()));
  const lines = (name: string) =>
    (archive.get(`${name}.jsonl`) ?? Buffer.of())
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return { archive, lines };
}

/** Somebody with two generations of one uploaded picture, a key and a mark on all of it. */
async function liveAs(name: string) {
  const mark = `finch${randomUUID().replaceAll('-', '')}`;
  const client = darkroom.as(name);
  const { image } = await uploadAs(client, await plain(40, 30, randomColour()).png().toBuffer(), 'input.png');
  const input = { prompt: `A lake, ${mark}`, inputImages: [{ imageId: image.id }] };
  const first = await client.query(keyed, { input, key: `key ${mark}` });
  const second = await client.query(generate, { input: { prompt: mark, count: 2 }, waitSeconds: 60 });
  expect([first, second]).toMatchObject(Array(2).fill({ generateImage: { __typename: 'GenerateImageSuccess' } }));
  const userId = await idOf(client);
  const secret = `secret ${mark}`;
  const key = { userId, name: 'laptop', prefix: randomUUID(), secretHash: Buffer.from(secret), scopes: ['READ'] };
  await darkroom.database.prisma.apiKey.create({ data: { id: randomUUID(), createdAt: new Date(), ...key } });
  const ids = [first, second].map(({ generateImage }) => toUuid(generateImage.generation.id));
  return { client, userId, mark, secret, ids, inputId: toUuid(image.id) };
}

const randomColour = () => {
  const [r = 0, g = 0, b = 0] = crypto.getRandomValues(new Uint8Array(3));
  return { r, g, b };
};

async function expectAllOf({ userId, mark, ids }: { userId: string; mark: string; ids: string[] }, href: string) {
  const { archive, lines } = await readArchive(href);
  const generations = lines('generations');
  expect(generations.map(({ id }) => id)).toEqual(ids);
  expect(generations[0].prompt).toBe(`A lake, ${mark}`);
  const rows = await darkroom.database.prisma.image.findMany({ where: { userId }, orderBy: { id: 'asc' } });
  expect(lines('images').map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  const names = [...archive.keys()].filter((name) => name.startsWith('pictures/'));
  expect(names).toEqual(rows.map(({ id, mediaType }) => `pictures/${id}.${mediaType.replace('image/', '')}`));
  for (const [index, name] of names.entries()) {
    const stored = (await images.read(rows[index]?.blobName ?? '')) ?? Buffer.of();
    expect(Buffer.compare(archive.get(name) ?? Buffer.of(), stored), name).toBe(0);
  }
  return { archive, lines };
}

test('the archive holds every row and every picture of the viewer, and nothing of anybody else', async () => {
  const [alice, bob] = [await liveAs('alice'), await liveAs('bob')];
  const asked = await ask(alice.client);
  expect(asked).toMatchObject({ __typename: 'ExportMyDataSuccess', href: expect.stringContaining(darkroom.url) });
  expect(Date.parse(asked.expiresAt) - Date.now()).toBeGreaterThan(dayMilliseconds - 60_000);
  const { archive, lines } = await expectAllOf(alice, asked.href);
  const [first, second] = lines('generations');
  expect(first).toMatchObject({
    inputs: [{ role: 'REFERENCE', imageId: alice.inputId }],
    prompts: [{ text: expect.stringContaining(alice.mark) }],
    attempts: [{ outcome: 'SUCCEEDED' }],
  });
  expect(second.events.map(({ sequence }: { sequence: number }) => sequence)).toEqual(
    second.events.map((_: unknown, index: number) => index + 1),
  );
  expect(lines('user')).toMatchObject([{ id: alice.userId, subject: 'alice' }]);
  expect(lines('api-keys')).toMatchObject([{ name: 'laptop' }]);
  expect(lines('idempotency-keys')).toMatchObject([{ key: `key ${alice.mark}`, generationId: alice.ids[0] }]);
  expect(lines('audit-entries').map(({ action }) => action)).toEqual([
    'image.upload',
    'generation.create',
    'generation.create',
    'data.export',
  ]);
  expect(lines('exports')).toHaveLength(1);
  const texts = [...archive].map(([name, bytes]) => `${name} ${bytes.toString('latin1')}`);
  const token = asked.href.split('/').at(-1) ?? 'none';
  expect(findMarkers(texts, [bob.mark, bob.userId, alice.secret, token])).toEqual([]);
  expect(texts.join()).not.toMatch(/secretHash|webhookToken|"token"/);
  expect(await darkroom.database.prisma.auditEntry.count({ where: { action: 'data.export' } })).toBe(1);
});

test('pages of rows and pictures beyond one are all there', async () => {
  const client = darkroom.as('heron');
  const userId = await idOf(client);
  const data = Array.from({ length: 1_203 }, (_, index) => ({
    userId,
    key: `${index}`,
    inputHash: 'x',
    expiresAt: new Date(Date.now() + dayMilliseconds),
  }));
  await darkroom.database.prisma.idempotencyKey.createMany({ data });
  const { lines } = await readArchive((await ask(client)).href);
  expect(new Set(lines('idempotency-keys').map(({ key }) => key)).size).toBe(1_203);
  expect(lines('idempotency-keys')).toHaveLength(1_203);
});

test('a picture that the storage has lost is named, and costs nobody the others', async () => {
  const owl = await liveAs('owl');
  const { blobName } = await darkroom.database.prisma.image.findUniqueOrThrow({ where: { id: owl.inputId } });
  await images.remove([blobName]);
  const { archive } = await readArchive((await ask(owl.client)).href);
  expect(archive.get('missing-pictures.txt')?.toString()).toBe(`${owl.inputId}\n`);
  expect([...archive.keys()].filter((name) => name.startsWith('pictures/'))).toHaveLength(3);
});

test('more than five a day, and more requests than a limit allows, are refused by name', async () => {
  const client = darkroom.as('magpie');
  for (let time = 0; time < 5; time++) await readArchive((await ask(client)).href);
  expect(await ask(client)).toMatchObject({
    __typename: 'QuotaExceeded',
    message: 'This would be more than 5 exports in a day.',
    quota: { kind: 'PER_DAY', limit: '5.000000', used: '5.000000', resetsAt: expect.any(String) },
  });
  const limited = await createLimitedUser(darkroom, { perMinute: 0 });
  expect(await ask(limited.client)).toMatchObject({ __typename: 'QuotaExceeded', quota: { kind: 'PER_MINUTE' } });
  const some = await createLimitedUser(darkroom, { perMinute: 100, usdPerDay: '0' });
  expect(await ask(some.client)).toMatchObject({ __typename: 'ExportMyDataSuccess' });
  await expectCounted(darkroom.database);
});

test('where this server delivers the pictures, it delivers the archive too', async () => {
  const config = { IMAGE_DELIVERY: 'proxy', LINK_SECRET: 'a secret of tests, and of nothing else' } as const;
  await using proxy = await startDarkroom({ beside: darkroom, role: 'api', providers: [stage.provider], config });
  const { href } = await ask(proxy.as('jay'));
  await fetchArchive(href);
  const { headers } = await fetch(href, { redirect: 'manual' });
  expect(headers.get('location')).toMatch(/^\/files\//);
  expect(headers.get('cache-control')).toBe('no-store');
  expect((await readArchive(href)).lines('user')).toMatchObject([{ subject: 'jay' }]);
});

test('a link that nobody was given opens nothing, nor does one that is over, whose archive is removed', async () => {
  const client = darkroom.as('robin');
  const { href } = await ask(client);
  await readArchive(href);
  for (const wrong of [`${href.slice(0, -1)}${href.endsWith('A') ? 'B' : 'A'}`, href.slice(0, -1), `${href}/x`]) {
    expect((await fetch(wrong)).status, wrong).toBe(404);
  }
  expect((await fetch(href, { method: 'POST' })).status).toBe(404);
  ahead = dayMilliseconds - 60_000;
  expect((await fetch(href, { redirect: 'manual' })).status).toBe(302);
  ahead = dayMilliseconds;
  expect((await fetch(href)).status).toBe(404);
  const prefix = `${exportsPrefix}${await idOf(client)}/`;
  expect(await images.list(prefix)).toHaveLength(1);
  const queue = { ...nothing, enqueue: async () => undefined, enqueueAtLast: async () => undefined };
  await sweepExports({ database: darkroom.database, images, clock, queue });
  expect(await images.list(prefix)).toEqual([]);
  ahead = 0;
  expect(await ask(client)).toMatchObject({ __typename: 'ExportMyDataSuccess' });
});

const nothing = {
  wake: () => undefined,
  work: () => ({ [Symbol.asyncDispose]: async () => undefined }),
  [Symbol.asyncDispose]: async () => undefined,
};

test('a worker that is killed at any point leaves the archive to the next one; until then there is one, and it is not ready', async () => {
  const wren = await liveAs('wren');
  // Only the processes below work from now on.
  await darkroom.app[Symbol.asyncDispose]();
  const api = stack.use(await startDarkroom({ beside: darkroom, role: 'api', providers: [stage.provider] }));
  const asked = await ask(api.as('wren'));
  for (const point of ['mid-export', 'after-export-archive']) {
    expect(await workUntil(darkroom, point), point).toBe('SIGKILL');
    const { status, headers } = await fetch(asked.href);
    expect([status, headers.get('retry-after')], point).toEqual([202, '2']);
    expect((await ask(api.as('wren'))).href).toBe(asked.href);
  }
  await using last = await startWorkerProgram(darkroom);
  await expectAllOf(wren, asked.href);
  expect(last.child.exitCode).toBeNull();
  expect(await darkroom.database.prisma.export.count({ where: { userId: wren.userId } })).toBe(1);
  expect(await images.list(`${exportsPrefix}${wren.userId}/`)).toHaveLength(1);

  const remove = 'mutation ($id: String!) { deleteMyData(confirm: $id) { __typename } }';
  const { viewer } = await api.as('wren').query('{ viewer { id } }');
  await api.as('wren').query(remove, { id: viewer.id });
  expect((await fetch(asked.href)).status).toBe(404);
  const left = () => images.list(`${exportsPrefix}${wren.userId}/`);
  await expect.poll(left, { timeout: 50_000, interval: 200 }).toEqual([]);
}, 180_000);
