import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { sendForm, toForm, upload } from '../support/multipart.ts';
import { createGate } from './support/gate.ts';
import { postRaw, sendRaw } from './support/raw-request.ts';

const listed = 'https://app.example.org';
const cookie = 'theme=dark; user=alice';
const viewer = '{ viewer { id } }';
const mutation = 'mutation { generateImage(input: { prompt: "a cat" }) { __typename } }';
let darkroom: Darkroom;
/** Where nobody is asked who they are. */
let local: Darkroom;
beforeAll(async () => {
  const config = { CORS_ORIGINS: `${listed}, https://other.example.org` };
  darkroom = await startDarkroom({ identity: createGate().open, config });
  local = await startDarkroom({
    beside: darkroom,
    role: 'api',
    identity: 'local',
    config: { CORS_ORIGINS: undefined },
  });
});
afterAll(async () => {
  await local[Symbol.asyncDispose]();
  await darkroom[Symbol.asyncDispose]();
});

const countGenerations = () => darkroom.database.prisma.generation.count();

describe('a mutation with the cookie of a visitor, from a page that nobody knows', () => {
  test.each<readonly [string, Record<string, string>]>([
    ['which names its origin', { origin: 'https://evil.example' }],
    ['whose name begins like the listed one', { origin: 'https://app.example.org.evil.example' }],
    ['that is the listed one without TLS', { origin: 'http://app.example.org' }],
    ['that is the listed one on another port', { origin: 'https://app.example.org:444' }],
    ['that is the listed one with a path', { origin: 'https://app.example.org/' }],
    ['in a sandbox', { origin: 'null' }],
    ['on this machine', { origin: 'http://localhost:3000' }],
    ['with no origin that can be read', { origin: 'https://' }],
    ['with an empty origin', { origin: '' }],
    ['with two origins', { origin: `${listed} https://evil.example` }],
    ['of which the browser says that it is of another site', { 'sec-fetch-site': 'cross-site' }],
    ['of which the browser says that it is of the same site', { 'sec-fetch-site': 'same-site' }],
    ['of which nothing is known', {}],
    ['which names us as its referrer', { referer: 'http://127.0.0.1/' }],
    ['with an empty header', { 'graphql-require-preflight': '' }],
    ['with a header, though of elsewhere', { origin: 'https://evil.example', 'graphql-require-preflight': '1' }],
    ['which says both', { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }],
    ['which says that it is forwarded', { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }],
  ])('%s', async (_, headers) => {
    const before = await countGenerations();
    const reply = await postRaw(darkroom.client.url, mutation, { ...headers, cookie });
    expect(reply.status).toBe(401);
    expect(JSON.parse(reply.text)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    expect(await countGenerations()).toBe(before);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', ''])('as a form would send it: %s', async (type) => {
    const headers = { origin: 'https://evil.example', 'content-type': type, cookie };
    const reply = await sendRaw(darkroom.client.url, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: mutation }),
    });
    expect(reply.status).toBe(401);
  });

  test('a picture that a form uploads', async () => {
    const form = () => toForm({ operations: JSON.stringify({ query: upload, variables: { file: null } }), map: '{}' });
    const client = { url: darkroom.client.url, headers: { cookie } };
    expect((await sendForm(client, form(), { origin: 'https://evil.example' })).status).toBe(401);
    expect((await sendForm(client, form(), { origin: darkroom.url })).status).toBe(403);
    const withHeader = { url: darkroom.client.url, headers: { authorization: 'Test alice' } };
    expect((await sendForm(withHeader, form(), {})).status).toBe(403);
  });

  test('a picture that a page of elsewhere shows by its permalink', async () => {
    const path = '/images/x/original';
    for (const headers of [
      { 'sec-fetch-site': 'cross-site', cookie },
      { origin: 'https://evil.example', cookie },
    ]) {
      expect((await sendRaw(darkroom.url, { path, headers })).status).toBe(401);
    }
    expect((await sendRaw(darkroom.url, { path, headers: { 'sec-fetch-site': 'none', cookie } })).status).toBe(404);
  });
});

test.each<readonly [string, (url: string) => Record<string, string>]>([
  ['a page of this server', (origin) => ({ origin })],
  ['a listed page', () => ({ origin: listed })],
  ['the second listed page', () => ({ origin: 'https://other.example.org' })],
  ['a page that the browser says is of this origin', () => ({ 'sec-fetch-site': 'same-origin' })],
  ['an address that its visitor typed', () => ({ 'sec-fetch-site': 'none' })],
  ['a program with a header that no form can send', () => ({ 'apollo-require-preflight': '1' })],
])('the cookie counts from %s', async (_, headers) => {
  const reply = await postRaw(darkroom.client.url, viewer, { ...headers(darkroom.url), cookie });
  expect([reply.status, JSON.parse(reply.text)]).toMatchObject([200, { data: { viewer: { id: expect.any(String) } } }]);
});

test('without credentials a body is not waited for', async () => {
  const headers = { 'content-type': 'application/json', 'content-length': '9000000' };
  const sent = httpRequest(darkroom.client.url, { method: 'POST', headers, agent: false });
  sent.on('error', () => undefined);
  const answered = Promise.withResolvers<number | undefined>();
  sent.on('response', ({ statusCode }) => answered.resolve(statusCode));
  sent.write('{"query":"');
  expect(await answered.promise).toBe(401);
  sent.destroy();
});

test.each(['application/json', 'application/graphql-response+json', 'text/event-stream', 'multipart/mixed', '*/*'])(
  'whoever is nobody and accepts %s gets 401 in JSON',
  async (accept) => {
    const reply = await postRaw(darkroom.client.url, viewer, { accept });
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    const type = accept === 'application/graphql-response+json' ? accept : 'application/json';
    expect(reply.headers['content-type']).toBe(`${type}; charset=utf-8`);
    const error = { message: 'Credentials are missing or not valid.', extensions: { code: 'UNAUTHENTICATED' } };
    expect(JSON.parse(reply.text)).toEqual({ errors: [error] });
  },
);

describe('scripts of pages of elsewhere read no answer (CORS)', () => {
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' };
  const corsHeadersOf = (headers: object) => Object.keys(headers).filter((name) => name.startsWith('access-control'));

  test.each([
    'https://evil.example',
    'null',
    '*',
    'http://app.example.org',
    'https://app.example.org:8443',
    'https://APP.example.org',
  ])('the origin %s is not reflected, nor its preflight granted', async (origin) => {
    const asked = await sendRaw(darkroom.client.url, { method: 'OPTIONS', headers: { origin, ...preflight } });
    const answered = await postRaw(darkroom.client.url, viewer, { origin, authorization: 'Test alice' });
    for (const { headers } of [asked, answered]) {
      expect(corsHeadersOf(headers)).toEqual([]);
      expect(headers.vary).toBe('Origin');
    }
  });

  test('a listed one is reflected as it is, with credentials, and its preflight granted', async () => {
    const asked = await sendRaw(darkroom.client.url, { method: 'OPTIONS', headers: { origin: listed, ...preflight } });
    expect(asked.status).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': listed,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': expect.stringContaining('authorization, content-type'),
      vary: 'Origin',
    });
    const refused = await postRaw(darkroom.client.url, viewer, { origin: listed });
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([401, listed]);
  });
});

describe('where nobody is asked who they are', () => {
  test.each(['https://evil.example', listed, 'null', 'http://localhost.evil.example', 'http://127.0.0.1.evil.example'])(
    'the page %s does nothing',
    async (origin) => {
      const before = await countGenerations();
      const reply = await postRaw(local.client.url, mutation, { origin });
      expect(reply.status).toBe(403);
      expect(JSON.parse(reply.text)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
      expect(await countGenerations()).toBe(before);
    },
  );

  test.each([
    'rebound.example',
    'rebound.example:4000',
    'localhost.rebound.example',
    '127.0.0.1.nip.io',
    '10.0.0.1',
    '@localhost',
  ])('the name “%s” that somebody has pointed at this machine leads nowhere', async (host) => {
    for (const path of ['/graphql', '/', '/health/live', '/images/x/original']) {
      expect([path, (await sendRaw(local.url, { path, headers: { host } })).status]).toEqual([path, 403]);
    }
  });

  test('a page of this machine, and a program, do what they like', async () => {
    for (const headers of [
      {},
      { origin: local.url },
      { origin: 'http://localhost:3000' },
      { host: 'localhost:4000' },
    ]) {
      expect((await postRaw(local.client.url, viewer, headers)).status).toBe(200);
    }
  });
});
