import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow, remove } from '../support/documents.ts';
import { readRow, submit, waitForEnd } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { insertInputs } from '../support/inputs.ts';
import { untilBlocked } from '../support/locks.ts';
import { createStage, paintAfter } from '../support/stage.ts';

const stage = createStage();
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const details = /* GraphQL */ `
  query ($id: ID!) { generation(id: $id) { id images { id link { href } thumbnail: link(variant: THUMBNAIL) { href } } } }
`;
const page = /* GraphQL */ `
  query ($first: Int, $after: String) {
    generations(first: $first, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage } }
  }
`;

async function makeOne(user = 'alice', input = {}) {
  const client = darkroom.as(user);
  const id = await submit(client, { prompt: 'nothing at all', ...input });
  await waitForEnd(client, follow, id);
  return id;
}

async function removeAs(user: string, id: string) {
  return (await darkroom.as(user).query(remove, { id })).deleteGeneration;
}

const statusOf = async (href: string) => (await fetch(href)).status;

test('a deleted generation is gone, and its pictures soon after', async () => {
  const id = await makeOne('alice', { count: 2, size: { pixels: { width: 400, height: 400 } } });
  const { generation } = await darkroom.client.query(details, { id });
  const links: string[] = generation.images.flatMap(
    ({ link, thumbnail }: { link: { href: string }; thumbnail: { href: string } }) => [link.href, thumbnail.href],
  );
  expect(await Promise.all(links.map(statusOf))).toEqual([200, 200, 200, 200]);
  expect(await removeAs('alice', id)).toEqual({ __typename: 'DeleteGenerationSuccess', deletedGenerationId: id });
  expect(await readRow(darkroom, id)).toBeUndefined();
  expect((await darkroom.client.query(details, { id })).generation).toBeNull();
  for (const table of ['Prompt', 'GenerationEvent', 'Attempt', 'Image', 'GenerationInput', 'GenerationTick']) {
    const { rows } = await darkroom.database.pool.query(`SELECT 1 FROM "${table}" WHERE "generationId" = $1`, [
      decodeKey(id, 'Generation'),
    ]);
    expect(rows, table).toEqual([]);
  }
  await expect.poll(() => Promise.all(links.map(statusOf)), { timeout: 5_000 }).toEqual([404, 404, 404, 404]);
  expect((await removeAs('alice', id)).__typename).toBe('NotFound');
});

test('a generation that has not ended cannot be deleted', async () => {
  const hold = createHold();
  const prompt = stage.prompt(paintAfter(hold));
  const id = await submit(darkroom.client, { prompt });
  await hold.reached;
  expect(await removeAs('alice', id)).toEqual({ __typename: 'NotPossible', message: expect.any(String) });
  expect(await readRow(darkroom, id)).toMatchObject({ status: 'RUNNING' });
  await darkroom.client.query(cancel, { id });
  await waitForEnd(darkroom.client, follow, id);
  expect((await removeAs('alice', id)).__typename).toBe('DeleteGenerationSuccess');
});

test('nobody deletes what is not theirs, and nothing is behind an id that is none', async () => {
  const id = await makeOne();
  expect((await removeAs('mallory', id)).__typename).toBe('NotFound');
  expect((await removeAs('alice', 'no id at all')).__typename).toBe('NotFound');
  expect(await readRow(darkroom, id)).toMatchObject({ status: 'SUCCEEDED' });
});

test('the history goes on from the cursor of a generation that was deleted', async () => {
  const oldest = await makeOne('historian');
  const middle = await makeOne('historian');
  const newest = await makeOne('historian');
  const client = darkroom.as('historian');
  const { generations } = await client.query(page, { first: 2 });
  const [, { cursor, node }] = generations.edges;
  expect(node.id).toBe(middle);
  await removeAs('historian', middle);
  const rest = await client.query(page, { first: 2, after: cursor });
  expect(rest.generations.edges.map((edge: (typeof generations.edges)[0]) => edge.node.id)).toEqual([oldest]);
  const all = await client.query(page, {});
  expect(all.generations.edges.map((edge: (typeof generations.edges)[0]) => edge.node.id)).toEqual([newest, oldest]);
});

test('a picture that another generation starts from stays, and so do inputs', async () => {
  const source = await makeOne();
  const user = await makeOne();
  const [image] = (await darkroom.client.query(details, { id: source })).generation.images;
  const own = (await darkroom.client.query(details, { id: user })).generation.images[0];
  const { prisma } = darkroom.database;
  const [sourceId, userId, imageId] = [
    decodeKey(source, 'Generation'),
    decodeKey(user, 'Generation'),
    decodeKey(image.id, 'Image'),
  ];
  await prisma.generationInput.create({ data: { generationId: userId, position: 0, role: 'REFERENCE', imageId } });
  // One that it made itself is no reason to stay.
  await prisma.generationInput.create({
    data: { generationId: userId, position: 1, role: 'REFERENCE', imageId: decodeKey(own.id, 'Image') },
  });
  expect((await removeAs('alice', source)).__typename).toBe('DeleteGenerationSuccess');
  expect(await prisma.generation.findUnique({ where: { id: sourceId } })).toBeNull();
  const kept = await darkroom.client.query(
    `query ($id: ID!) { node(id: $id) { ... on Image { generation { id } usedBy { edges { node { id } } } link { href } } } }`,
    { id: image.id },
  );
  expect(kept.node).toMatchObject({ generation: null, usedBy: { edges: [{ node: { id: user } }] } });
  expect(await statusOf(kept.node.link.href)).toBe(200);
  // The input outlives the generation that used it.
  expect((await removeAs('alice', user)).__typename).toBe('DeleteGenerationSuccess');
  expect(await prisma.image.findUnique({ where: { id: imageId } })).not.toBeNull();
  await expect.poll(() => statusOf(own.link.href), { timeout: 5_000 }).toBe(404);
  expect(await statusOf(kept.node.link.href)).toBe(200);
});

test('a picture that becomes an input at the same moment stays', async () => {
  const [made, user] = [await makeOne(), await makeOne()];
  const [imageId] = (await readImageIds(made)).values();
  const inputs = [{ position: 0, role: 'REFERENCE', imageId: imageId ?? '', sourceUrl: null }] as const;
  let removal: Promise<{ readonly __typename: string }> | undefined;
  await darkroom.database.transaction(async (connection) => {
    await insertInputs(connection, decodeKey(user, 'Generation'), inputs);
    removal = removeAs('alice', made);
    await untilBlocked(darkroom.database);
  });
  expect((await removal)?.__typename).toBe('DeleteGenerationSuccess');
  const input = await darkroom.database.prisma.generationInput.findFirst({ where: { imageId: imageId ?? '' } });
  expect(input).toMatchObject({ imageId });
});

async function readImageIds(id: string): Promise<readonly string[]> {
  const images = await darkroom.database.prisma.image.findMany({
    where: { generationId: decodeKey(id, 'Generation') },
  });
  return images.map((image) => image.id);
}

test('a stream that missed the end of a generation completes when the generation is deleted', async () => {
  await using api = await startDarkroom({ role: 'api', providers: [stage.provider] });
  const id = await submit(api.client, { prompt: 'nobody takes it' });
  const stream = api.client.subscribe(follow, { id });
  await stream.next();
  await api.database.pool.query('DELETE FROM "Generation" WHERE id = $1', [decodeKey(id, 'Generation')]);
  expect(await stream.next()).toMatchObject({ done: true });
  await expect.poll(() => api.app.hub.mailboxCount).toBe(0);
});
