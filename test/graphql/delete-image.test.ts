import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { noise } from '../pictures/sample-pictures.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { generate, remove } from '../support/documents.ts';
import { insertInputs } from '../support/inputs.ts';
import { untilBlocked } from '../support/locks.ts';
import { uploadAs } from '../support/multipart.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom();
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const removeImage = /* GraphQL */ `
  mutation ($id: ID!) {
    deleteImage(id: $id) {
      __typename
      ... on DeleteImageSuccess { deletedImageId }
      ... on UserError { message }
    }
  }
`;

let width = 340;
/** One that nobody has sent before, with a thumbnail. */
async function uploadOne(user = 'alice') {
  width += 1;
  const { image } = await uploadAs(darkroom.as(user), await noise(width, 30).png().toBuffer());
  return image;
}

const deleteAs = async (user: string, id: string) => (await darkroom.as(user).query(removeImage, { id })).deleteImage;
const statusOf = async (href: string) => (await fetch(href)).status;
const findImage = (id: string) => darkroom.database.prisma.image.findUnique({ where: { id: decodeKey(id, 'Image') } });

async function makeOne(user = 'alice') {
  const { generateImage } = await darkroom.as(user).query(generate, { input: { prompt: 'a cat' }, waitSeconds: 20 });
  const { id, images } = generateImage.generation;
  return { generationId: id as string, imageId: images[0].id as string };
}

function insertReference(generationId: string, imageId: string) {
  const input = { role: 'REFERENCE', position: 0, imageId: decodeKey(imageId, 'Image'), sourceUrl: null } as const;
  return darkroom.database.transaction((connection) =>
    insertInputs(connection, decodeKey(generationId, 'Generation'), [input]),
  );
}

test('a deleted image is gone, and its bytes soon after', async () => {
  const { id, link, thumbnail } = await uploadOne();
  const links = [link.href, thumbnail.href];
  expect(await Promise.all(links.map(statusOf))).toEqual([200, 200]);
  expect(await deleteAs('alice', id)).toEqual({ __typename: 'DeleteImageSuccess', deletedImageId: id });
  expect(await darkroom.client.query('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: null });
  await expect.poll(() => Promise.all(links.map(statusOf)), { timeout: 10_000 }).toEqual([404, 404]);
  expect((await deleteAs('alice', id)).__typename).toBe('NotFound');
});

test('an image that is sent again before its bytes were removed keeps its own', async () => {
  await using api = await startDarkroom({ role: 'api' });
  const bytes = await noise(99, 30).png().toBuffer();
  const { image: first } = await uploadAs(api.client, bytes);
  await api.client.query(removeImage, { id: first.id });
  const { image: second, replayed } = await uploadAs(api.client, bytes);
  expect([replayed, second.id === first.id]).toEqual([false, false]);
  await using _worker = await startDarkroom({ role: 'worker', beside: api });
  await expect.poll(() => statusOf(first.link.href), { timeout: 10_000 }).toBe(404);
  expect(await statusOf(second.link.href)).toBe(200);
});

test('nobody deletes what is not theirs, and nothing is behind an id that is none', async () => {
  const { id } = await uploadOne('bob');
  const { generationId } = await makeOne();
  for (const other of [id, generationId, 'no id at all', '']) {
    expect(await deleteAs('alice', other)).toEqual({ __typename: 'NotFound', message: 'There is no such image.' });
  }
  expect(await findImage(id)).not.toBeNull();
});

test('an image that a generation uses is kept until that generation is deleted', async () => {
  const { id, link } = await uploadOne();
  const { generationId } = await makeOne();
  await insertReference(generationId, id);
  const message = 'A generation uses this image. Delete the generation first.';
  expect(await deleteAs('alice', id)).toEqual({ __typename: 'NotPossible', message });
  expect(await statusOf(link.href)).toBe(200);
  await darkroom.client.query(remove, { id: generationId });
  expect((await deleteAs('alice', id)).__typename).toBe('DeleteImageSuccess');
});

test('a generated image goes with its generation, or alone once that is gone', async () => {
  const made = await makeOne();
  const message = 'A generation made this image. Delete the generation instead.';
  expect(await deleteAs('alice', made.imageId)).toEqual({ __typename: 'NotPossible', message });
  const user = await makeOne();
  await insertReference(user.generationId, made.imageId);
  await darkroom.client.query(remove, { id: made.generationId });
  expect((await deleteAs('alice', made.imageId)).__typename).toBe('NotPossible');
  await darkroom.client.query(remove, { id: user.generationId });
  expect((await deleteAs('alice', made.imageId)).__typename).toBe('DeleteImageSuccess');
});

test('an image that a generation is just being stored with is not deleted', async () => {
  const { id } = await uploadOne();
  const { generationId } = await makeOne();
  const input = { role: 'REFERENCE', position: 0, imageId: decodeKey(id, 'Image'), sourceUrl: null } as const;
  const deleting = await darkroom.database.transaction(async (connection) => {
    await insertInputs(connection, decodeKey(generationId, 'Generation'), [input]);
    const answer = deleteAs('alice', id);
    await untilBlocked(darkroom.database);
    // Wrapped: a transaction waits for what its work resolves to.
    return { answer };
  });
  expect((await deleting.answer).__typename).toBe('NotPossible');
  expect(await findImage(id)).not.toBeNull();
});

test('a generation is not stored with an image that is just being deleted', async () => {
  const { id } = await uploadOne();
  const { generationId } = await makeOne();
  const storing = await darkroom.database.transaction(async (connection) => {
    await connection.query('DELETE FROM "Image" WHERE id = $1', [decodeKey(id, 'Image')]);
    const outcome = insertReference(generationId, id).catch((error: unknown) => error);
    await untilBlocked(darkroom.database);
    return { outcome };
  });
  expect(await storing.outcome).toMatchObject({ message: 'There is no such image.', path: ['inputImages', '0'] });
});
