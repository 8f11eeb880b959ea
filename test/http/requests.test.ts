import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom();
});
afterAll(() => darkroom[Symbol.asyncDispose]());
afterEach(async () => {
  expect(await darkroom.client.query('{ viewer { id } }')).toHaveProperty('viewer.id');
});

const viewer = '{ viewer { id } }';
const mutation = 'mutation { generateImage(input: { prompt: "a cat" }) { __typename } }';
const json = { 'content-type': 'application/json' };

interface Reply {
  readonly status: number;
  readonly body: { readonly data?: unknown; readonly errors?: readonly unknown[] };
}

async function send(init: RequestInit, path = '/graphql'): Promise<Reply> {
  const response = await fetch(`${darkroom.url}${path}`, init);
  expect(response.headers.get('content-type')).toMatch(/^application\/(graphql-response\+)?json/);
  return { status: response.status, body: (await response.json()) as Reply['body'] };
}

function post(body: NonNullable<RequestInit['body']>, headers: Record<string, string> = json): Promise<Reply> {
  return send({ method: 'POST', headers, body });
}

test.each([
  ['JSON that is cut off', '{"query": "{ viewer', 'POST body sent invalid JSON.'],
  ['bytes that are no JSON', '\u0000\ufffd', 'POST body sent invalid JSON.'],
  ['an empty body', '', 'POST body sent invalid JSON.'],
  ['null', 'null', 'POST body is expected to be object but received null'],
  ['a text', '"{ viewer { id } }"', 'POST body is expected to be object but received string'],
  ['a list of operations', JSON.stringify([{ query: viewer }, { query: viewer }]), 'Batching is not supported.'],
  ['a query that is no text', '{"query":7}', 'Expected "query" param to be a string, but given number.'],
  [
    'variables that are no object',
    JSON.stringify({ query: viewer, variables: 'x' }),
    'Expected "variables" param to be empty or an object, but given string.',
  ],
  [
    'a parameter that there is not',
    JSON.stringify({ query: viewer, foo: 1 }),
    'Unexpected parameter "foo" in the request body.',
  ],
])('a body that is %s is refused', async (_, body, message) => {
  const reply = await post(body);
  expect(reply.status).toBe(400);
  expect(reply.body).toMatchObject({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
  expect(reply.body).not.toHaveProperty('data');
});

test.each([
  ['nothing in it', '', 'GRAPHQL_PARSE_FAILED', 'Syntax Error: Unexpected <EOF>.'],
  ['a syntax error', '{ viewer { id }', 'GRAPHQL_PARSE_FAILED', 'Syntax Error: Expected Name, found <EOF>.'],
  ['an unknown field', '{ viewer { mail } }', 'GRAPHQL_VALIDATION_FAILED', 'Cannot query field "mail" on type "User".'],
  ['an unknown type', 'query ($id: Id) { node(id: $id) { id } }', 'GRAPHQL_VALIDATION_FAILED', 'Unknown type "Id".'],
  [
    'nothing but a fragment',
    'fragment f on User { id }',
    'OPERATION_RESOLUTION_FAILURE',
    'Could not determine what operation to execute.',
  ],
])('a document with %s is refused with what is wrong', async (_, query, code, message) => {
  const { status, body } = await post(JSON.stringify({ query }), {
    ...json,
    accept: 'application/graphql-response+json',
  });
  expect(status).toBe(400);
  expect(body).toMatchObject({ errors: [{ message: expect.stringContaining(message), extensions: { code } }] });
  expect(body).not.toHaveProperty('data');
});

test('of two operations one must be named', async () => {
  const query = 'query A { viewer { id } } query B { viewer { name } }';
  for (const operationName of [undefined, 'C', '']) {
    const { status, body } = await post(JSON.stringify({ query, operationName }));
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }] });
  }
  const { body } = await post(JSON.stringify({ query, operationName: 'B' }));
  expect(body).toEqual({ data: { viewer: { name: null } } });
});

test('a document that is nested without end is refused, and the server lives on', async () => {
  const nested = `{ ${'a{'.repeat(20_000)}b${'}'.repeat(20_000)} }`;
  const { body } = await post(JSON.stringify({ query: nested }));
  const message = 'Syntax Error: Document contains more than 2000 tokens. Parsing aborted.';
  expect(body).toMatchObject({ errors: [{ message, extensions: { code: 'GRAPHQL_PARSE_FAILED' } }] });
});

test.each([
  ['a form', 'application/x-www-form-urlencoded', new URLSearchParams({ query: mutation }).toString()],
  ['plain text', 'text/plain', JSON.stringify({ query: mutation })],
  ['a bare document', 'application/graphql', mutation],
  ['a type that only begins like JSON', 'application/jsonp', JSON.stringify({ query: mutation })],
  ['no type at all', '', JSON.stringify({ query: mutation })],
])('an operation posted as %s is refused, as any web page could post it', async (_, contentType, body) => {
  const reply = await post(Buffer.from(body), contentType === '' ? {} : { 'content-type': contentType });
  expect(reply.status).toBe(415);
  const error = { message: 'Send application/json.', extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } };
  expect(reply.body).toEqual({ errors: [error] });
  expect(await countGenerations()).toBe(0);
});

test('JSON with a character set, in capitals or by its GraphQL name is taken', async () => {
  for (const contentType of ['application/json; charset=utf-8', 'application/graphql+json']) {
    expect((await post(JSON.stringify({ query: viewer }), { 'content-type': contentType })).status).toBe(200);
  }
});

test('a mutation by GET is refused and does nothing, a query by GET is answered', async () => {
  const headers = { accept: 'application/json' };
  const refused = await send({ headers }, `/graphql?${new URLSearchParams({ query: mutation })}`);
  expect(refused.status).toBe(405);
  expect(refused.body).toMatchObject({
    errors: [{ message: 'Can only perform a mutation operation from a POST request.' }],
  });
  expect(await countGenerations()).toBe(0);
  expect((await send({ headers }, `/graphql?${new URLSearchParams({ query: viewer })}`)).status).toBe(200);
});

test('variables by GET that are no JSON are refused', async () => {
  const query = new URLSearchParams({ query: viewer, variables: '{' });
  const { status, body } = await send({ headers: { accept: 'application/json' } }, `/graphql?${query}`);
  expect(status).toBe(400);
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
});

test.each(['PUT', 'PATCH', 'DELETE'])('%s is refused', async (method) => {
  const { status, body } = await send({ method, headers: json });
  expect(status).toBe(405);
  expect(body).toMatchObject({ errors: [{ message: 'GraphQL only supports GET and POST requests.' }] });
});

test('a request of 8 KB is fine', async () => {
  const { status, body } = await post(JSON.stringify({ query: viewer, variables: { unused: 'x'.repeat(8 * 1024) } }));
  expect(status).toBe(200);
  expect(body).toHaveProperty('data.viewer.id');
});

const tooLarge = { errors: [{ message: 'Request body too large', extensions: { code: 'REQUEST_ENTITY_TOO_LARGE' } }] };

test('a body of 20 MB is refused with 413, unread', async () => {
  const { status, body } = await post(JSON.stringify({ query: viewer, variables: { unused: 'x'.repeat(20_000_000) } }));
  expect(status).toBe(413);
  expect(body).toEqual(tooLarge);
});

test('a body of 20 MB that does not tell its length is refused with 413 before all of it is sent', async () => {
  const request = httpRequest(`${darkroom.url}/graphql`, {
    method: 'POST',
    headers: { ...json, 'transfer-encoding': 'chunked' },
  });
  request.on('error', () => undefined);
  const answered = once(request, 'response');
  const chunk = Buffer.alloc(256 * 1024, 'x');
  request.write('{"query":"');
  // Below 20 MB: it is refused for what came so far.
  for (let sent = 0; sent < 68; sent++) request.write(chunk);
  const [response] = await answered;
  expect(response.statusCode).toBe(413);
  expect(JSON.parse(Buffer.concat(await Array.fromAsync(response)).toString())).toEqual(tooLarge);
  request.destroy();
});

test('a path that there is not is 404, and / leads to GraphQL', async () => {
  for (const path of ['/graphql/', '/graphql/x', '/health', '/images/x', '/images/../graphql', '//', '/%00', '/.env']) {
    const response = await fetch(`${darkroom.url}${path}`, { redirect: 'manual' });
    if (path === '/images/../graphql') expect(response.status).not.toBe(500);
    else expect([path, response.status]).toEqual([path, 404]);
    await response.text();
  }
  const root = await fetch(darkroom.url, { redirect: 'manual' });
  expect([root.status, root.headers.get('location')]).toEqual([302, '/graphql']);
});

async function countGenerations(): Promise<number> {
  return darkroom.database.prisma.generation.count();
}
