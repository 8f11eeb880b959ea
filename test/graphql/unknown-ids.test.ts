import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../accounts/documents.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow, generate, remove, retry } from '../support/documents.ts';
import { countStoredRows } from './stored-rows.ts';

let darkroom: Darkroom;
/** What somebody else has. */
const bobs = { generation: '', image: '', user: '', apiKey: '' };

beforeAll(async () => {
  darkroom = await startDarkroom();
  const { generateImage } = await darkroom.as('bob').query(generate, { input: { prompt: 'a cat' }, waitSeconds: 20 });
  const { viewer } = await darkroom.as('bob').query('{ viewer { id } }');
  const { createApiKey } = await darkroom.as('bob').query(createKey, { input: { name: 'a key', scopes: ['READ'] } });
  const { id, images } = generateImage.generation;
  Object.assign(bobs, { generation: id, image: images[0].id, user: viewer.id, apiKey: createApiKey.apiKey.id });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const encode = (text: string) => Buffer.from(text).toString('base64url');
const uuid = '0192f0c0-0000-7000-8000-000000000001';

describe.for<readonly [string, () => string]>([
  ['an unknown id', () => encode(`Generation:${uuid}`)],
  ['an id of somebody else’s generation', () => bobs.generation],
  ['an id of somebody else’s picture', () => bobs.image],
  ['an id of somebody else', () => bobs.user],
  ['an id of somebody else’s API key', () => bobs.apiKey],
  ['an id of an unknown model', () => encode('ImageModel:no/such')],
  ['an id of a type without ids', () => encode(`ImageLink:${uuid}`)],
  ['an id of the interface', () => encode(`Node:${uuid}`)],
  ['an id of a type that there is not', () => encode(`Nothing:${uuid}`)],
  ['an id of a name that every object has', () => encode('constructor:constructor')],
  ['an id of a generation with a key that is none', () => encode('Generation:1')],
  ['an id of a generation with a key in capitals', () => encode(`Generation:${uuid}`.replace('f0c0', 'F0C0'))],
  ['an id of a generation without a key', () => encode('Generation')],
  ['a bare UUID', () => uuid],
  ['an empty id', () => ''],
  ['an id of letters', () => 'cat'],
  ['an id with a NUL', () => encode(`Generation:\0${uuid}`)],
  ['an id that is no text', () => Buffer.from([0xff, 0xfe, 0x3a]).toString('base64url')],
  ['an id of 100,000 letters', () => 'A'.repeat(100_000)],
  ['an id with half of a surrogate pair', () => '\ud83d'],
  ['an id that looks like SQL', () => `' OR 1=1 --`],
])('%s', ([, id]) => {
  test('is null for generation, node and nodes', async () => {
    const document =
      'query ($id: ID!) { generation(id: $id) { id } node(id: $id) { id } nodes(ids: [$id, $id]) { id } }';
    const answer = await darkroom.client.ask(document, { id: id() });
    expect(answer).toEqual({ data: { generation: null, node: null, nodes: [null, null] } });
  });

  test('is NotFound when cancelling, retrying and deleting, and nothing changes', async () => {
    const rows = await countStoredRows(darkroom);
    const notFound = { __typename: 'NotFound', message: 'There is no such generation.' };
    expect(await darkroom.client.query(cancel, { id: id() })).toEqual({ cancelGeneration: notFound });
    expect(await darkroom.client.query(retry, { id: id() })).toEqual({ retryGeneration: notFound });
    expect(await darkroom.client.query(remove, { id: id() })).toEqual({ deleteGeneration: notFound });
    expect(await countStoredRows(darkroom)).toEqual(rows);
  });

  test('is NOT_FOUND for a subscription over WebSocket and SSE, which then ends', async () => {
    const path = ['generationProgress'];
    const error = { message: 'There is no such generation.', path, extensions: { code: 'NOT_FOUND' } };
    for (const subscribe of [darkroom.client.subscribe, darkroom.client.subscribeSse]) {
      const events = await Array.fromAsync(subscribe(follow, { id: id() }));
      expect(events).toEqual([{ errors: [expect.objectContaining(error)] }]);
    }
    expect(darkroom.app.hub.mailboxCount).toBe(0);
  });
});

test('whose id it is decides: its owner finds it', async () => {
  const { generation: id } = bobs;
  expect(await darkroom.as('bob').query('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: { id } });
});

test('every type with an id of its own is found by node', async () => {
  const { __type } = await darkroom.client.query('{ __type(name: "Node") { possibleTypes { name } } }');
  const { viewer, models } = await darkroom.as('bob').query('{ viewer { id } models { id } }');
  const found = [bobs.generation, bobs.image, bobs.apiKey, viewer.id, models[0].id];
  const { nodes } = await darkroom
    .as('bob')
    .query('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', { ids: found });
  expect(nodes.map(({ id }: { id: string }) => id)).toEqual(found);
  const names = nodes.map((node: { __typename: string }) => node.__typename);
  expect(names.sort()).toEqual(__type.possibleTypes.map(({ name }: { name: string }) => name).sort());
});
