import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom();
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const json = { 'content-type': 'application/json', accept: 'application/json' };
const viewer = '{ viewer { id } }';
const mutation = 'mutation { cancelGeneration(id: "") { __typename } }';

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly search?: string;
}

async function send({ method = 'POST', headers = json, body, search = '' }: Sent) {
  const response = await fetch(`${darkroom.url}/graphql${search}`, {
    method,
    headers: { ...darkroom.client.headers, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}

const ask = (query: string) => send({ body: JSON.stringify({ query }) });
const repeat = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');

beforeEach(async () => {
  // Whatever came before, the server is there for others.
  expect(await darkroom.client.query(viewer)).toHaveProperty('viewer.id');
});

describe('asking for the same many times', () => {
  test.each([
    ['alias overloading: one field under a hundred names', `{ viewer { ${repeat(101, (index) => `a${index}: id`)} } }`],
    ['alias overloading: __typename under a hundred names', `{ ${repeat(101, (index) => `a${index}: __typename`)} }`],
    [
      'alias overloading through fragments',
      `{ viewer { ${repeat(40, (index) => `...f${index}`)} } } ${repeat(40, (index) => `fragment f${index} on User { a${index}: id }`)}`,
    ],
    ['directive overloading: ten on one field', `{ __typename ${'@skip(if: false) '.repeat(10)} }`],
    ['directive overloading: ones that there are not', `{ __typename ${'@aa '.repeat(50)} }`],
    ['field duplication: one field five hundred times', `{ ${'__typename '.repeat(500)} }`],
    ['field duplication: one object five hundred times', `{ ${'viewer { id } '.repeat(300)} }`],
    [
      'a bomb of fragments',
      `{ viewer { ...f0 } } ${repeat(25, (index) => `fragment f${index} on User { ...f${index + 1} ...f${index + 1} }`)} fragment f25 on User { id }`,
    ],
    [
      'a list in a list in a list',
      `{ generations(first: 100) { edges { node { images { usedBy(first: 100) { edges { node { id } } } } } } } }`,
    ],
  ])('%s is refused', async (_, query) => {
    const { text } = await ask(query);
    const { data, errors } = JSON.parse(text);
    expect(data).toBeUndefined();
    expect(errors).toEqual(
      errors.map(() =>
        expect.objectContaining({ extensions: expect.objectContaining({ code: 'OPERATION_TOO_COMPLEX' }) }),
      ),
    );
  });

  test('a batch of operations is refused', async () => {
    const { status, text } = await send({ body: JSON.stringify(Array(10).fill({ query: viewer })) });
    expect(status).toBe(400);
    expect(text).toContain('Batching is not supported.');
  });

  test('circular introspection is refused', async () => {
    const fields = (depth: number): string => (depth === 0 ? 'name' : `fields { type { ${fields(depth - 1)} } }`);
    const { text } = await ask(`{ __schema { types { ${fields(4)} } } }`);
    expect(JSON.parse(text)).toMatchObject({ errors: [{ message: 'Maximum introspection depth exceeded' }] });
    expect(JSON.parse(text)).not.toHaveProperty('data');
  });

  test('circular fragments are refused', async () => {
    const { text } = await ask('{ viewer { ...a } } fragment a on User { id ...b } fragment b on User { id ...a }');
    expect(JSON.parse(text)).not.toHaveProperty('data');
    expect(text).toContain('Cannot spread fragment');
  });
});

describe('asking in ways that any web page can', () => {
  test('a mutation by GET is refused', async () => {
    const { status, text } = await send({ method: 'GET', search: `?query=${encodeURIComponent(mutation)}` });
    expect(status).toBe(405);
    expect(JSON.parse(text)).not.toHaveProperty('data');
  });

  test.each(['application/x-www-form-urlencoded', 'text/plain', 'application/graphql', ''])(
    'a query and a mutation posted as “%s” are refused',
    async (contentType) => {
      for (const query of [viewer, mutation]) {
        const body = contentType.includes('form')
          ? new URLSearchParams({ query }).toString()
          : JSON.stringify({ query });
        const { status, text } = await send({ headers: { 'content-type': contentType }, body });
        expect([400, 403, 415]).toContain(status);
        expect(text).not.toContain('"data"');
      }
    },
  );

  test('files posted without the header that a form cannot send are refused', async () => {
    const body =
      '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{"query":"{ __typename }"}\r\n--x--\r\n';
    const { status } = await send({ headers: { 'content-type': 'multipart/form-data; boundary=x' }, body });
    expect(status).toBe(403);
  });

  test.each(['PUT', 'DELETE', 'PATCH'])('the method %s is refused', async (method) => {
    const { status } = await send({
      method,
      ...(method === 'DELETE' ? {} : { body: JSON.stringify({ query: viewer }) }),
    });
    expect(status).toBe(405);
  });
});

describe('what answers tell', () => {
  test('no tracing, no debug data, whatever is asked for', async () => {
    const extensions = { tracing: true, debug: true, persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } };
    const headers = { ...json, 'apollo-tracing': '1', 'x-apollo-tracing': '1', 'x-debug': 'true' };
    const { text } = await send({ headers, body: JSON.stringify({ query: viewer, extensions }) });
    expect(Object.keys(JSON.parse(text))).toEqual(['data']);
  });

  test('errors have no stack and no original error', async () => {
    for (const query of [
      '{ nothing }',
      '{',
      '{ generations(first: -1) { edges { cursor } } }',
      '{ node(id: "x") { nothing } }',
    ]) {
      const { text } = await ask(query);
      expect(text).not.toMatch(/stack|originalError|node_modules|\/src\//);
    }
  });

  test.each([
    ['a field', '{ viewer { nam } }', {}],
    ['a type', 'query ($a: ImageFilte) { images(where: $a) { edges { cursor } } }', {}],
    ['an argument', '{ generations(firs: 1) { edges { cursor } } }', {}],
    ['a value', '{ images(where: { origin: INPU }) { edges { cursor } } }', {}],
    ['an input field', 'mutation { generateImage(input: { promp: "a" }) { __typename } }', {}],
    [
      'an input field in variables',
      'mutation ($input: GenerateImageInput!) { generateImage(input: $input) { __typename } }',
      { input: { prompt: 'a', promp: 'a' } },
    ],
    [
      'a value in variables',
      'query ($where: ImageFilter) { images(where: $where) { edges { cursor } } }',
      { where: { origin: 'INPU' } },
    ],
  ])('%s that is almost right gets no suggestion', async (_, query, variables) => {
    const { text } = await send({ body: JSON.stringify({ query, variables }) });
    expect(JSON.parse(text).errors.length).toBeGreaterThan(0);
    expect(text).not.toContain('Did you mean');
  });

  test('no header tells what the server is made of', async () => {
    const { headers } = await ask(viewer);
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

describe('requests of sizes that nobody needs', () => {
  test.each([
    ['a query of more than 64 KB', { query: `${viewer} #${'x'.repeat(65_536)}` }, 413, 'REQUEST_TOO_LARGE'],
    [
      'variables of more than 256 KB',
      { query: viewer, variables: { a: 'x'.repeat(256 * 1024) } },
      413,
      'REQUEST_TOO_LARGE',
    ],
    [
      'variables of many small things',
      { query: viewer, variables: { a: Array(70_000).fill(1) } },
      413,
      'REQUEST_TOO_LARGE',
    ],
    [
      'more than a hundred variables',
      { query: viewer, variables: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`v${index}`, 1])) },
      400,
      'BAD_REQUEST',
    ],
    [
      'extensions of more than 256 KB',
      { query: viewer, extensions: { a: 'x'.repeat(256 * 1024) } },
      413,
      'REQUEST_TOO_LARGE',
    ],
  ])('%s is refused', async (_, body, status, code) => {
    const reply = await send({ body: JSON.stringify(body) });
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.text)).toMatchObject({ errors: [{ extensions: { code } }] });
  });

  test('as much as is allowed is answered', async () => {
    const variables = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`v${index}`, 'x'.repeat(2_500)]));
    const query = `${viewer} #${'x'.repeat(65_500)}`;
    const { text } = await send({ body: JSON.stringify({ query, variables }) });
    expect(JSON.parse(text)).toHaveProperty('data.viewer.id');
  });

  test('a data URL has limits of its own', async () => {
    const variables = { a: `data:image/png;base64,${'A'.repeat(1024 * 1024)}` };
    const { text } = await send({ body: JSON.stringify({ query: viewer, variables }) });
    expect(JSON.parse(text)).toHaveProperty('data.viewer.id');
  });

  test.each([64, 100, 1_000_000])('variables nested %i deep are refused, and the stack holds', async (depth) => {
    const body = `{"query":"${viewer}","variables":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    const reply = await send({ body });
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });

  test('a URL of more than 8 KB is refused, and so is one that no header holds', async () => {
    const long = await send({
      method: 'GET',
      search: `?query=${encodeURIComponent(`${viewer} #${'x'.repeat(9_000)}`)}`,
    });
    expect(long.status).toBe(414);
    expect(JSON.parse(long.text)).toMatchObject({ errors: [{ extensions: { code: 'REQUEST_TOO_LARGE' } }] });
    expect((await send({ method: 'GET', search: `?query=${'x'.repeat(20_000)}` })).status).toBe(431);
  });
});
