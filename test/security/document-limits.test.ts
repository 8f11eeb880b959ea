import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as cliDocuments from '../../src/cli/documents.ts';
import { graphiqlTabs } from '../../src/http/graphiql-tabs.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { askOver, transports } from './support/transports.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom();
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const times = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');

/** Fields below each other. */
function nest(depth: number): string {
  return `{ generation(id: "") { ${'retryOf { '.repeat(depth - 2)} id ${'} '.repeat(depth - 2)} } }`;
}

const names = ['id', 'name', 'email'];
const fragments = (count: number) =>
  `${times(count, (index) => `fragment f${index} on User { ...f${index + 1} ...f${index + 1} }`)} fragment f${count} on User { id }`;

interface Limit {
  readonly name: string;
  readonly allowed: number;
  /** A document with so many of them. */
  write(count: number): string;
}

const limits: readonly Limit[] = [
  { name: 'depth', allowed: 12, write: nest },
  {
    name: 'fields',
    allowed: 300,
    write: (count) => `{ viewer { ${times(count - 1, (index) => names[index % 3] ?? '')} } }`,
  },
  {
    name: 'rootFields',
    allowed: 20,
    write: (count) => `{ ${times(count, (index) => (index % 2 === 0 ? '__typename' : 'viewer { id }'))} }`,
  },
  {
    name: 'aliases',
    allowed: 30,
    write: (count) => `{ viewer { ${times(count, (index) => `a${index}: ${[...names, '__typename'][index % 4]}`)} } }`,
  },
  {
    name: 'aliasesOfOneField',
    allowed: 10,
    write: (count) => `{ viewer { ${times(count, (index) => `a${index}: id`)} } }`,
  },
  {
    name: 'directives',
    allowed: 20,
    write: (count) => `{ viewer { ${times(count, () => 'id @include(if: true)')} } }`,
  },
];

describe.each(transports)('over %s', (transport) => {
  const ask = (document: string, variables = {}) => askOver(transport, darkroom.client, document, variables);

  test.each(limits)('as much as the limit of $name is answered', async ({ write, allowed }) => {
    expect(await ask(write(allowed))).toHaveProperty('data');
  });

  test.each(limits)('more than the limit of $name is refused', async ({ name, write, allowed }) => {
    const { data, errors } = await ask(write(allowed + 1));
    expect(data).toBeUndefined();
    const extensions = { code: 'OPERATION_TOO_COMPLEX', limit: name, asked: allowed + 1, allowed };
    expect(errors).toMatchObject([{ message: expect.stringContaining(`${allowed}`), extensions }]);
  });

  test('four directives at one place are refused', async () => {
    const { errors } = await ask(`{ viewer { id ${'@include(if: true) '.repeat(4)} } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX', limit: 'directivesAtOnePlace' } }]);
  });

  test('five mutations are answered, and six are refused', async () => {
    const write = (count: number) =>
      `mutation { ${times(count, (index) => `m${index}: cancelGeneration(id: "") { __typename }`)} }`;
    expect(await ask(write(5))).toHaveProperty('data.m4.__typename', 'NotFound');
    const extensions = { code: 'OPERATION_TOO_COMPLEX', limit: 'rootFields', asked: 6, allowed: 5 };
    expect((await ask(write(6))).errors).toMatchObject([{ extensions }]);
  });

  test('fragments count wherever they are spread, however often that is', async () => {
    const answer = await ask(`{ viewer { ...f0 } } ${fragments(30)}`);
    const asked = 2 ** 30 + 1;
    expect(answer.errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX', limit: 'fields', asked } }]);
  });

  test('a fragment that spreads itself is refused, under any name', async () => {
    for (const name of ['f', '__schema']) {
      const { errors } = await ask(`{ viewer { ...${name} } } fragment ${name} on User { id ...${name} }`);
      expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    }
  });

  test('a fragment with the name of the schema hides nothing', async () => {
    const inner = nest(20).slice(1, -1);
    const { errors } = await ask(`{ ...__schema } fragment __schema on Query { ${inner} }`);
    expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX', limit: 'depth', asked: 20 } }]);
  });

  test('more than 2,000 tokens are refused', async () => {
    const { errors } = await ask(`{ viewer { ${'id '.repeat(2_000)} } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
  });

  test('a page of a hundred generations with pictures and links is answered', async () => {
    const node = 'id prompt status createdAt images { width height mediaType link(variant: THUMBNAIL) { href } }';
    const page = `query ($first: Int!) { generations(first: $first) { edges { cursor node { ${node} } } pageInfo { endCursor hasNextPage } } }`;
    expect(await ask(page, { first: 100 })).toHaveProperty('data.generations.edges');
  });

  test.each([
    ['a literal', 'first: 100', {}],
    ['a variable', 'first: $size', { size: 100 }],
    ['the last ones', 'last: $size', { size: 100 }],
  ])('a page with the bytes of its pictures costs too much, its size by %s', async (_, size, variables) => {
    const page = `query ($size: Int) { generations(${size}) { edges { node { images { dataUrl } } } } viewer @skip(if: false) { id } again: generations(first: $size) { edges { cursor } } }`;
    const { data, errors } = await ask(page, variables);
    expect(data).toBeUndefined();
    const extensions = { code: 'OPERATION_TOO_COMPLEX', limit: 'cost', allowed: 1000, asked: expect.any(Number) };
    expect(errors).toMatchObject([{ message: expect.stringContaining('1,000'), extensions }]);
  });

  test('the same document is counted anew for other variables', async () => {
    const page = 'query ($first: Int) { generations(first: $first) { edges { node { images { dataUrl } } } } }';
    expect(await ask(page, { first: 2 })).toHaveProperty('data.generations');
    expect(await ask(page, { first: 100 })).not.toHaveProperty('data');
    expect(await ask(page, { first: 3 })).toHaveProperty('data.generations');
  });

  test('lists in lists cost as many as there may be', async () => {
    const inner = 'images { usedBy(first: 100) { edges { node { id images { id } } } } }';
    const { errors } = await ask(`{ generations(first: 100) { edges { node { ${inner} } } } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX', limit: 'cost' } }]);
  });

  test('many ids at once cost as much as they are', async () => {
    const nodes = 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Image { dataUrl } } }';
    expect(await ask(nodes, { ids: Array.from({ length: 10 }, () => 'cat') })).toHaveProperty('data.nodes');
    const { errors } = await ask(nodes, { ids: Array.from({ length: 1_000 }, () => 'cat') });
    expect(errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX', limit: 'cost' } }]);
  });

  test('an argument that fails makes nothing free', async () => {
    const free = '... on Image { link(variant: $variant) { href } }';
    const costly = 'generations(first: 100) { edges { node { images { dataUrl } } } }';
    const document = `query ($variant: ImageVariant) { node(id: "") { ${free} } ${costly} }`;
    expect(await ask(document, { variant: null })).not.toHaveProperty('data');
    expect(await ask(document, { variant: 'ORIGINAL' })).not.toHaveProperty('data');
  });

  test('no more than five mistakes are told, and no name is suggested', async () => {
    const { errors = [] } = await ask(`{ viewer { ${times(50, (index) => `mail${index}`)} emai } }`);
    expect(errors.length).toBeLessThanOrEqual(6);
    expect(JSON.stringify(errors)).not.toContain('Did you mean');
  });
});

test('every document of ours is answered or refused for what it asks, not for its size', async () => {
  const documents = [...Object.values(cliDocuments), ...graphiqlTabs.map(({ query }) => query)];
  for (const document of documents) {
    const { errors = [] } = await darkroom.client.ask(document, { id: '', idempotencyKey: 'k', afterSequence: 0 });
    expect(errors.map(({ extensions }) => extensions?.code)).not.toContain('OPERATION_TOO_COMPLEX');
  }
});

test('what GraphiQL asks of the schema is answered', async () => {
  const asked = getIntrospectionQuery({
    inputValueDeprecation: true,
    schemaDescription: true,
    specifiedByUrl: true,
    oneOf: true,
  });
  expect(await darkroom.client.query(asked)).toHaveProperty('__schema.types');
});
