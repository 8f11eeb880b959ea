import { hash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { blankModel, createScriptedProvider } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { submit, waitForEnd } from '../support/generations.ts';
import { paintAll } from '../support/stage.ts';

const otherModel = { ...blankModel, slug: 'other/other', provider: 'other' };
const providers = [blankModel, otherModel].map((model) =>
  createScriptedProvider(async function* (order) {
    if (order.prompt.includes('fails')) {
      throw new ProviderError('It failed.', { code: 'PROVIDER_UNAVAILABLE', retryable: true });
    }
    yield* paintAll(order);
  }, model),
);

// In the order of their acceptance.
const told = [
  { prompt: 'a red fox in the snow', model: 'blank/blank' },
  { prompt: 'a red fox that fails', model: 'blank/blank' },
  { prompt: 'a blue whale under a red sky', model: 'other/other' },
  { prompt: 'the fox is red', model: 'other/other' },
  { prompt: 'ein roter Fuchs, 赤い狐', model: 'blank/blank' },
  { prompt: 'a blue fox that fails', model: 'other/other' },
  { prompt: 'nothing but snow', model: 'blank/blank' },
] as const;
const all = told.map((_, index) => index);

let darkroom: Darkroom;
const ids: string[] = [];
const createdAt: string[] = [];
beforeAll(async () => {
  darkroom = await startDarkroom({ providers });
  const client = darkroom.as('historian');
  for (const input of told) ids.push(await submit(client, input));
  for (const id of ids) await waitForEnd(client, follow, id);
  await submit(darkroom.as('stranger'), { prompt: 'a red fox of somebody else' });
  const { generations } = await client.query('{ generations { edges { node { id createdAt } } } }');
  for (const { node } of generations.edges.toReversed()) createdAt.push(node.createdAt);
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const page = /* GraphQL */ `
  query ($first: Int, $after: String, $last: Int, $before: String, $where: GenerationFilter) {
    generations(first: $first, after: $after, last: $last, before: $before, where: $where) {
      edges { cursor node { id } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
`;

interface Edge {
  readonly cursor: string;
  readonly node: { readonly id: string };
}

async function ask(variables: object, user = 'historian') {
  const { generations } = await darkroom.as(user).query(page, { ...variables });
  return { ...generations, told: generations.edges.map(({ node }: Edge) => ids.indexOf(node.id)) };
}

test('the history is newest first, and holds nothing of anybody else', async () => {
  expect((await ask({})).told).toEqual(all.toReversed());
  expect((await ask({}, 'stranger')).told).toEqual([-1]);
  expect((await ask({}, 'nobody has heard of them')).told).toEqual([]);
});

test.for<[string, object, readonly number[]]>([
  ['a status', { status: ['FAILED'] }, [5, 1]],
  ['several statuses', { status: ['FAILED', 'SUCCEEDED'] }, [6, 5, 4, 3, 2, 1, 0]],
  ['no status at all', { status: [] }, []],
  ['a model', { model: ['other/other'] }, [5, 3, 2]],
  ['a model that there is not', { model: ['not/there'] }, []],
  ['a provider', { provider: ['blank'] }, [6, 4, 1, 0]],
  ['a word', { text: 'red' }, [3, 2, 1, 0]],
  ['words in any order', { text: 'red fox' }, [3, 1, 0]],
  ['words that stand together', { text: '"red fox"' }, [1, 0]],
  ['words without another', { text: 'fox -red' }, [5]],
  ['one word or another', { text: 'whale or Fuchs' }, [4, 2]],
  ['a word in other letters', { text: 'FUCHS' }, [4]],
  ['a word of another script', { text: '赤い狐' }, [4]],
  ['half a word', { text: 'fo' }, []],
  ['signs that mean something to a database', { text: `';DROP TABLE "Generation" & | ! (` }, []],
  ['a text and a status', { text: 'fox', status: ['FAILED'] }, [5, 1]],
  ['all that there is', { text: 'fox', status: ['FAILED'], model: ['other/other'], provider: ['other'] }, [5]],
  ['nothing', {}, [6, 5, 4, 3, 2, 1, 0]],
])('the history can be asked for %s', async ([, where, expected]) => {
  expect((await ask({ where })).told).toEqual(expected);
});

test('the history can be asked for what was accepted before or after an instant', async () => {
  const [from = '', to = ''] = [createdAt[2], createdAt[5]];
  const later = all.filter((index) => (createdAt[index] ?? '') > from).toReversed();
  const earlier = all.filter((index) => (createdAt[index] ?? '') < to).toReversed();
  expect((await ask({ where: { createdAfter: from } })).told).toEqual(later);
  expect((await ask({ where: { createdBefore: to } })).told).toEqual(earlier);
  const between = later.filter((index) => earlier.includes(index));
  expect((await ask({ where: { createdAfter: from, createdBefore: to } })).told).toEqual(between);
  const both = { createdAfter: from, createdBefore: to, text: 'fox' };
  expect((await ask({ where: both })).told).toEqual(between.filter((index) => told[index]?.prompt.includes('fox')));
});

test.for<[string, object, readonly number[]]>([
  ['everything', {}, [6, 5, 4, 3, 2, 1, 0]],
  ['a model', { model: ['blank/blank'] }, [6, 4, 1, 0]],
  ['a text', { text: 'fox' }, [5, 3, 1, 0]],
])('paging through %s forwards and backwards shows each once, in order', async ([, where, expected]) => {
  const forwards: number[] = [];
  for (let after: string | undefined; ; ) {
    const answer = await ask({ where, first: 2, after });
    forwards.push(...answer.told);
    expect(answer.pageInfo).toMatchObject({
      startCursor: answer.edges.at(0)?.cursor ?? null,
      endCursor: answer.edges.at(-1)?.cursor ?? null,
      hasNextPage: forwards.length < expected.length,
    });
    if (!answer.pageInfo.hasNextPage) break;
    after = answer.pageInfo.endCursor;
  }
  expect(forwards).toEqual(expected);
  const backwards: number[] = [];
  for (let before: string | undefined; ; ) {
    const answer = await ask({ where, last: 2, before });
    backwards.unshift(...answer.told);
    expect(answer.pageInfo.hasPreviousPage).toBe(backwards.length < expected.length);
    if (!answer.pageInfo.hasPreviousPage) break;
    before = answer.pageInfo.startCursor;
  }
  expect(backwards).toEqual(expected);
});

test('paging shows nothing twice and leaves nothing out while new ones are accepted', async () => {
  const client = darkroom.as('busy');
  const accepted: string[] = [];
  const accept = async () => void accepted.push(await submit(client, { prompt: 'one more' }));
  for (let count = 0; count < 6; count += 1) await accept();
  const first = [...accepted].toReversed();
  const seen: string[] = [];
  for (let after: string | undefined; ; ) {
    const { generations } = await client.query(page, { first: 2, after });
    seen.push(...generations.edges.map(({ node }: Edge) => node.id));
    await accept();
    if (!generations.pageInfo.hasNextPage) break;
    after = generations.pageInfo.endCursor;
  }
  expect(seen).toEqual(first);
});

const whole = /* GraphQL */ `
  query ($id: ID!) {
    generation(id: $id) {
      id status prompt effectivePrompt negativePrompt requestedModel modelSlug provider costUsd
      createdAt startedAt finishedAt text retryOf { id } failure { code }
      model { slug } user { id } inputs { position }
      options { count width height seed outputFormat }
      prompts { text source writtenBy }
      attempts { number kind provider model outcome costUsd providerRequestId startedAt finishedAt }
      events { sequence type attempt message }
      later: events(afterSequence: 4) { sequence type }
      progress { sequence tick status stage imagesStored event { type } queuePosition preview { number } }
      images {
        id origin mediaType width height sizeBytes sha256 thumbHash seed permalink
        generation { id } parents { id } usedBy { edges { node { id } } } revisedPrompt { text }
        original: link { href expiresAt } thumbnail: link(variant: THUMBNAIL) { href }
        dataUrl(variant: ORIGINAL)
      }
    }
    viewer { id }
  }
`;

test('a generation tells all of itself', async () => {
  const client = darkroom.client;
  const input = { prompt: 'told as a whole', seed: '5', size: { pixels: { width: 400, height: 300 } } };
  const id = await submit(client, input);
  await waitForEnd(client, follow, id);
  const { generation, viewer } = await client.query(whole, { id });
  const [image] = generation.images;
  expect(generation).toMatchObject({
    id,
    status: 'SUCCEEDED',
    prompt: input.prompt,
    effectivePrompt: input.prompt,
    negativePrompt: null,
    requestedModel: 'blank/blank',
    modelSlug: 'blank/blank',
    provider: 'blank',
    costUsd: '0.010000',
    failure: null,
    retryOf: null,
    text: null,
    model: { slug: 'blank/blank' },
    user: { id: viewer.id },
    inputs: [],
    options: { count: 1, width: 400, height: 300, seed: '5', outputFormat: 'PNG' },
    prompts: [{ text: input.prompt, source: 'USER', writtenBy: null }],
    attempts: [{ number: 1, kind: 'GENERATE', provider: 'blank', outcome: 'SUCCEEDED', costUsd: '0.010000' }],
    later: [
      { sequence: 5, type: 'IMAGE_STORED' },
      { sequence: 6, type: 'SUCCEEDED' },
    ],
    progress: { sequence: 6, tick: 0, status: 'SUCCEEDED', stage: null, imagesStored: 1, queuePosition: null },
    images: [{ origin: 'GENERATED', mediaType: 'image/png', width: 400, height: 300, seed: '5', generation: { id } }],
  });
  expect(generation.events.map(({ sequence }: { sequence: number }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(Date.parse(generation.createdAt)).toBeLessThanOrEqual(Date.parse(generation.startedAt));
  expect(Date.parse(generation.startedAt)).toBeLessThanOrEqual(Date.parse(generation.finishedAt));
  expect(image).toMatchObject({ parents: [], usedBy: { edges: [] }, revisedPrompt: null });
  expect(Buffer.from(image.thumbHash, 'base64').length).toBeGreaterThan(4);

  const bytes = Buffer.from(await (await fetch(image.original.href)).arrayBuffer());
  expect([hash('sha256', bytes), bytes.length]).toEqual([image.sha256, image.sizeBytes]);
  expect(Date.parse(image.original.expiresAt)).toBeGreaterThan(Date.now() + 3_599_000);
  expect(image.dataUrl).toBe(`data:image/png;base64,${bytes.toString('base64')}`);
  expect((await fetch(image.thumbnail.href)).headers.get('content-type')).toBe('image/webp');
});

test('the address of a picture leads to a fresh link for its owner, and nowhere for anybody else', async () => {
  const input = { prompt: 'has an address', size: { pixels: { width: 400, height: 300 } } };
  const id = await submit(darkroom.client, input);
  await waitForEnd(darkroom.client, follow, id);
  const { generation } = await darkroom.client.query(whole, { id });
  const [{ permalink }] = generation.images;
  const visit = (path: string, user = 'alice') =>
    fetch(`${darkroom.url}${path}`, { headers: { authorization: `Test ${user}` }, redirect: 'manual' });
  const types = { original: 'image/png', preview: 'image/png', thumbnail: 'image/webp' };
  for (const [variant, type] of Object.entries(types)) {
    const answer = await visit(permalink.replace(/original$/, variant));
    expect(answer.status).toBe(302);
    const followed = await fetch(answer.headers.get('location') ?? '');
    expect([variant, followed.status, followed.headers.get('content-type')]).toEqual([variant, 200, type]);
  }
  expect((await visit(permalink, 'mallory')).status).toBe(404);
  expect((await visit(permalink.replace(/original$/, 'raw'))).status).toBe(404);
  expect((await visit('/images/SW1hZ2U6bm90aGluZw/original')).status).toBe(404);
});

const nodes = /* GraphQL */ `
  query ($ids: [ID!]!) {
    nodes(ids: $ids) {
      __typename id
      ... on Generation { status } ... on Image { sha256 } ... on ImageModel { slug } ... on User { name }
    }
  }
`;

test('everything with an id is found by it, in the order of the ids, and nothing that is somebody else’s', async () => {
  const id = await submit(darkroom.client, { prompt: 'found by its id' });
  await waitForEnd(darkroom.client, follow, id);
  const { generation, viewer } = await darkroom.client.query(whole, { id });
  const { models } = await darkroom.client.query('{ models { id slug } }');
  const [imageId, modelId] = [generation.images[0].id, models[0].id];
  const mixed = ['', modelId, 'garbage', imageId, id, Buffer.from('Generation:1').toString('base64url'), viewer.id];
  const own = await darkroom.client.query(nodes, { ids: mixed });
  expect(own.nodes).toMatchObject([
    null,
    { __typename: 'ImageModel', id: modelId, slug: 'blank/blank' },
    null,
    { __typename: 'Image', id: imageId, sha256: generation.images[0].sha256 },
    { __typename: 'Generation', id, status: 'SUCCEEDED' },
    null,
    { __typename: 'User', id: viewer.id },
  ]);
  const theirs = await darkroom.as('mallory').query(nodes, { ids: [id, imageId, viewer.id, modelId] });
  expect(theirs.nodes).toEqual([null, null, null, expect.objectContaining({ __typename: 'ImageModel' })]);
});

test('the place of a generation in the queue is told while it waits', async () => {
  await using api = await startDarkroom({ role: 'api', providers });
  const waiting: string[] = [];
  for (let count = 0; count < 3; count += 1) waiting.push(await submit(api.client, { prompt: 'waits' }));
  const { generations } = await api.client.query(
    '{ generations { edges { node { id progress { queuePosition } } } } }',
  );
  const places = generations.edges.map(({ node }: { node: { progress: object } }) => node.progress);
  expect(places).toEqual([{ queuePosition: 2 }, { queuePosition: 1 }, { queuePosition: 0 }]);
});
