import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { generate, remove } from '../support/documents.ts';

let darkroom: Darkroom;
/** Oldest first. */
const ids: string[] = [];
beforeAll(async () => {
  darkroom = await startDarkroom();
  for (const prompt of ['one', 'two', 'three', 'four']) {
    const { generateImage } = await darkroom.client.query(generate, { input: { prompt }, waitSeconds: 20 });
    ids.push(generateImage.generation.id);
  }
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const page = /* GraphQL */ `
  query Page($first: Int, $after: String, $last: Int, $before: String) {
    viewer { id }
    generations(first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { id } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;

test.each([
  ['first of 0', { first: 0 }, '“first” must be 1 to 100.'],
  ['first of -1', { first: -1 }, '“first” must be 1 to 100.'],
  ['first of 101', { first: 101 }, '“first” must be 1 to 100.'],
  ['last of 0', { last: 0 }, '“last” must be 1 to 100.'],
  ['last of 101', { last: 101 }, '“last” must be 1 to 100.'],
  ['first and last together', { first: 1, last: 1 }, 'Give “first” or “last”, not both.'],
])('%s is refused, and the rest of the answer is there', async (_, args, message) => {
  await expectRefused(args, message);
});

test('a cursor that was altered, cut or made up is refused', async () => {
  const { generations } = await darkroom.client.query(page, { first: 1 });
  const cursor: string = generations.edges[0].cursor;
  const foreign = 'This cursor was not given out by this server.';
  const altered = [cursor.slice(1), `${cursor}A`, `${cursor}=`, ` ${cursor}`, '', 'cat', '\0', ids[0] ?? ''];
  for (const made of [...altered, 'x'.repeat(100_000), 'YXJyYXljb25uZWN0aW9uOjE=', "' OR 1=1 --"]) {
    await expectRefused({ first: 1, after: made }, foreign);
    await expectRefused({ last: 1, before: made }, foreign);
  }
});

async function expectRefused(args: object, message: string): Promise<void> {
  const { data, errors } = await darkroom.client.ask(page, { ...args });
  expect(data).toEqual({ viewer: { id: expect.any(String) }, generations: null });
  const error = { message, path: ['generations'], extensions: { code: 'BAD_USER_INPUT' } };
  expect(errors).toEqual([expect.objectContaining(error)]);
}

test('a cursor of another user’s list shows nothing of it', async () => {
  const { generations } = await darkroom.client.query(page, { first: 1 });
  const theirs = await darkroom.as('mallory').query(page, { first: 10, before: generations.edges[0].cursor });
  expect(theirs.generations.edges).toEqual([]);
});

test('the cursor of a row that was deleted leads on from its place', async () => {
  const { generations } = await darkroom.client.query(page, { first: 2 });
  const [, second] = generations.edges;
  expect(second.node.id).toBe(ids[2]);
  const { deleteGeneration } = await darkroom.client.query(remove, { id: second.node.id });
  expect(deleteGeneration.__typename).toBe('DeleteGenerationSuccess');
  const older = await darkroom.client.query(page, { first: 10, after: second.cursor });
  expect(older.generations.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual([ids[1], ids[0]]);
  const newer = await darkroom.client.query(page, { last: 10, before: second.cursor });
  expect(newer.generations.edges.map(({ node }: { node: { id: string } }) => node.id)).toEqual([ids[3]]);
});

test('a filter with a NUL is refused, and half of a surrogate pair finds nothing', async () => {
  const document = 'query ($where: GenerationFilter) { generations(where: $where) { edges { node { id } } } }';
  for (const where of [{ text: 'a\0' }, { model: ['\0'] }, { provider: ['a', '\0'] }]) {
    const { errors } = await darkroom.client.ask(document, { where });
    expect(errors).toMatchObject([
      { message: 'The filter holds a NUL character.', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  }
  const { generations } = await darkroom.client.query(document, { where: { text: '\ud83d', model: ['\ud83d'] } });
  expect(generations.edges).toEqual([]);
});

test('an instant that is none, or of a year that the database does not know, is refused', async () => {
  const document = 'query ($at: DateTime) { generations(where: { createdAfter: $at }) { edges { node { id } } } }';
  const beyond = ['0000-06-01T00:00:00Z', '9999-12-31T23:59:59-14:00', '0001-01-01T00:00:00+14:00'];
  for (const at of ['', 'yesterday', '2026-02-30T00:00:00Z', '2026-01-01', 1_795_000_000, ...beyond]) {
    const { data, errors } = await darkroom.client.ask(document, { at });
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
  for (const at of ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z']) {
    expect(await darkroom.client.query(document, { at })).toHaveProperty('generations.edges');
  }
});
