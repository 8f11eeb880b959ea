import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { noise } from '../pictures/sample-pictures.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { generate } from '../support/documents.ts';
import { insertInputs } from '../support/inputs.ts';
import { uploadAs } from '../support/multipart.ts';

let darkroom: Darkroom;
/** Oldest first: sent, two made, sent, one made. */
const ids: string[] = [];
const createdAt: string[] = [];
const generationIds: string[] = [];

beforeAll(async () => {
  darkroom = await startDarkroom();
  const client = darkroom.as('curator');
  const send = async (width: number) => {
    const { image } = await uploadAs(client, await noise(width, 20).png().toBuffer());
    ids.push(image.id);
  };
  const make = async (input: object) => {
    const { generateImage } = await client.query(generate, { input, waitSeconds: 20 });
    generationIds.push(generateImage.generation.id);
    ids.push(...generateImage.generation.images.map(({ id }: { id: string }) => id));
  };
  await send(20);
  await make({ prompt: 'a red fox', count: 2 });
  await send(21);
  await make({ prompt: 'a blue whale' });
  await uploadAs(darkroom.as('stranger'), await noise(22, 20).png().toBuffer());
  const { images } = await client.query('{ images { edges { node { createdAt } } } }');
  for (const { node } of images.edges.toReversed()) createdAt.push(node.createdAt);
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const page = /* GraphQL */ `
  query ($first: Int, $after: String, $last: Int, $before: String, $where: ImageFilter) {
    images(first: $first, after: $after, last: $last, before: $before, where: $where) {
      edges { cursor node { id origin generation { prompt } } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;

interface Edge {
  readonly cursor: string;
  readonly node: { readonly id: string };
}

async function ask(variables: object, user = 'curator') {
  const { images } = await darkroom.as(user).query(page, { ...variables });
  return { ...images, told: images.edges.map(({ node }: Edge) => ids.indexOf(node.id)) };
}

test('images are told newest first, sent and made, and nothing of anybody else', async () => {
  const { edges, told } = await ask({});
  expect(told).toEqual([4, 3, 2, 1, 0]);
  expect(edges.map(({ node }: { node: object }) => node)).toMatchObject([
    { origin: 'GENERATED', generation: { prompt: 'a blue whale' } },
    { origin: 'INPUT', generation: null },
    { origin: 'GENERATED', generation: { prompt: 'a red fox' } },
    { origin: 'GENERATED', generation: { prompt: 'a red fox' } },
    { origin: 'INPUT', generation: null },
  ]);
  expect((await ask({}, 'stranger')).told).toEqual([-1]);
  expect((await ask({}, 'nobody has heard of them')).told).toEqual([]);
});

test.for<[string, object, readonly number[]]>([
  ['what was sent', { origin: 'INPUT' }, [3, 0]],
  ['what was made', { origin: 'GENERATED' }, [4, 2, 1]],
  ['a word of the wording', { text: 'fox' }, [2, 1]],
  ['words in any order', { text: 'whale blue' }, [4]],
  ['words without another', { text: 'a -fox' }, [4]],
  ['a word that nobody used', { text: 'cat' }, []],
  ['a word and what was sent', { text: 'fox', origin: 'INPUT' }, []],
  ['a word and what was made', { text: 'fox', origin: 'GENERATED' }, [2, 1]],
  ['signs that mean something to a database', { text: `';DROP TABLE "Image" & | ! (` }, []],
  ['nothing', {}, [4, 3, 2, 1, 0]],
])('images can be asked for by %s', async ([, where, expected]) => {
  expect((await ask({ where })).told).toEqual(expected);
});

test('images can be asked for by the time of their storing, with and without words', async () => {
  const [first = '', last = ''] = [createdAt[0], createdAt[4]];
  expect((await ask({ where: { createdAfter: first } })).told).toEqual([4, 3, 2, 1]);
  expect((await ask({ where: { createdBefore: last } })).told).toEqual([3, 2, 1, 0]);
  expect((await ask({ where: { createdAfter: first, createdBefore: last, text: 'a' } })).told).toEqual([2, 1]);
});

test.for<[string, object, readonly number[]]>([
  ['all', {}, [4, 3, 2, 1, 0]],
  ['some by their origin', { origin: 'GENERATED' }, [4, 2, 1]],
  ['some by a word', { text: 'a' }, [4, 2, 1]],
])('paging through %s forwards and backwards shows each once, in order', async ([, where, expected]) => {
  const forwards: number[] = [];
  for (let after: string | undefined; ; ) {
    const { told, pageInfo } = await ask({ where, first: 2, after });
    forwards.push(...told);
    expect(pageInfo.hasNextPage).toBe(forwards.length < expected.length);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  expect(forwards).toEqual(expected);
  const backwards: number[] = [];
  for (let before: string | undefined; ; ) {
    const { told, pageInfo } = await ask({ where, last: 2, before });
    backwards.unshift(...told);
    expect(pageInfo.hasPreviousPage).toBe(backwards.length < expected.length);
    if (!pageInfo.hasPreviousPage) break;
    before = pageInfo.startCursor;
  }
  expect(backwards).toEqual(expected);
});

test('sizes out of range, cursors that are none and a NUL are refused', async () => {
  const bad = [{ first: 0 }, { last: 101 }, { first: 1, last: 1 }, { after: 'cat' }, { where: { text: 'a\0' } }];
  for (const variables of bad) {
    const { errors } = await darkroom.client.ask(page, variables);
    expect(errors, JSON.stringify(variables)).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
});

const relatives = /* GraphQL */ `
  query ($ids: [ID!]!) {
    nodes(ids: $ids) { ... on Image { parents { id } usedBy { edges { node { id } } } } }
  }
`;

test('an image knows the images that it was made from, in their order, and the generations that it was used for', async () => {
  const [generationId = ''] = generationIds;
  // The later one first, and one that was not fetched.
  const images = [ids[3] ?? '', null, ids[0] ?? ''];
  const inputs = images.map((id, position) => {
    const source = id === null ? { sourceUrl: 'http://a/' } : { sourceUrl: null };
    const imageId = id === null ? null : decodeKey(id, 'Image');
    return { role: 'REFERENCE', position, imageId, ...source } as const;
  });
  await darkroom.database.transaction((connection) =>
    insertInputs(connection, decodeKey(generationId, 'Generation'), inputs),
  );
  const { nodes } = await darkroom.as('curator').query(relatives, { ids: [ids[1], ids[2], ids[0], ids[4]] });
  const parents = [{ id: ids[3] }, { id: ids[0] }];
  const usedBy = { edges: [{ node: { id: generationId } }] };
  expect(nodes).toEqual([
    { parents, usedBy: { edges: [] } },
    { parents, usedBy: { edges: [] } },
    { parents: [], usedBy },
    { parents: [], usedBy: { edges: [] } },
  ]);
});
