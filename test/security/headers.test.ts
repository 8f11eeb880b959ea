import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVisitFinder } from '../../src/http/forwarded.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { openRawSocket } from '../support/raw-socket.ts';
import { createGate } from './support/gate.ts';
import { postRaw, sendRaw } from './support/raw-request.ts';

let darkroom: Darkroom;
/** Behind one proxy, with pages and introspection as they are where people sign in. */
let strict: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ identity: createGate().open });
  const config = { TRUST_PROXY: '1', GRAPHIQL: undefined, INTROSPECTION: undefined };
  strict = await startDarkroom({ beside: darkroom, role: 'api', identity: createGate().open, config });
});
afterAll(async () => {
  await strict[Symbol.asyncDispose]();
  await darkroom[Symbol.asyncDispose]();
});

const authorization = 'Test alice';
const everywhere = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

test.each([
  '/',
  '/graphql',
  '/graphql?query={viewer{id}}',
  '/health/live',
  '/health/ready',
  '/images/x/original',
  '/none',
  '/files/x',
  '/webhooks/x',
])('%s has the headers that keep browsers from guessing, telling and framing', async (path) => {
  const { headers } = await sendRaw(darkroom.url, { path });
  expect(headers).toMatchObject(everywhere);
  expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(headers['strict-transport-security']).toBeUndefined();
  expect(headers['x-powered-by'] ?? headers.server).toBeUndefined();
});

test('GraphiQL’s page runs its own script and no other, and another one each time', async () => {
  const visit = () => sendRaw(darkroom.client.url, { headers: { accept: 'text/html' } });
  const pages = [await visit(), await visit()];
  const nonces = pages.map(({ headers, text }) => {
    expect(headers).toMatchObject(everywhere);
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'none'; script-src 'nonce-[^' ]{24}'; /);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-eval|\*|https?:/);
    const nonce = /'nonce-(?<nonce>[^']+)'/.exec(policy)?.groups?.nonce ?? '';
    expect(text.split(`<script nonce="${nonce}">`)).toHaveLength(2);
    return nonce;
  });
  expect(new Set(nonces).size).toBe(2);
});

test('HSTS comes with TLS at a proxy that is trusted, and else never', async () => {
  const headers = { 'x-forwarded-proto': 'https' };
  const trusted = await sendRaw(strict.url, { path: '/health/live', headers });
  expect(trusted.headers['strict-transport-security']).toBe('max-age=63072000');
  const plain = await sendRaw(strict.url, { path: '/health/live', headers: { 'x-forwarded-proto': 'http' } });
  expect(plain.headers['strict-transport-security']).toBeUndefined();
  const claimed = await sendRaw(darkroom.url, { path: '/health/live', headers });
  expect(claimed.headers['strict-transport-security']).toBeUndefined();
});

test('more headers than any client sends are refused, and the server goes on', async () => {
  const headers = { 'x-large': 'x'.repeat(20_000) };
  expect((await sendRaw(darkroom.url, { path: '/health/live', headers })).status).toBe(431);
  expect((await sendRaw(darkroom.url, { path: '/health/live' })).status).toBe(200);
});

describe('where a request comes from', () => {
  const find = (trust: string, peer: string, headers: Record<string, string>) => {
    const socket = { remoteAddress: peer } as IncomingMessage['socket'];
    return createVisitFinder(trust)({ headers: { host: 'here', ...headers }, socket });
  };
  const lies = { 'x-forwarded-for': '6.6.6.6', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' };

  test.each<readonly [string, string, string, Record<string, string>, string, string]>([
    ['nobody is trusted', 'off', '8.8.8.8', lies, '8.8.8.8', 'http://here'],
    ['the peer is in none of the networks', '10.0.0.0/8', '8.8.8.8', lies, '8.8.8.8', 'http://here'],
    ['the peer is IPv6 and the network is not', '10.0.0.0/8', '::1', lies, '::1', 'http://here'],
    ['one proxy', '1', '10.0.0.1', lies, '6.6.6.6', 'https://evil.example'],
    [
      'one proxy, before which a client lied',
      '1',
      '10.0.0.1',
      { 'x-forwarded-for': '6.6.6.6, 8.8.8.8', 'x-forwarded-host': 'evil.example, there' },
      '8.8.8.8',
      'http://there',
    ],
    [
      'two proxies',
      '2',
      '10.0.0.1',
      { 'x-forwarded-for': '6.6.6.6, 8.8.8.8, 10.0.0.2', 'x-forwarded-proto': 'http, https, http' },
      '8.8.8.8',
      'https://here',
    ],
    [
      'networks, before which a client lied',
      '10.0.0.0/8, fd00::/8',
      'fd00::1',
      { 'x-forwarded-for': '6.6.6.6, 8.8.8.8, 10.0.0.2' },
      '8.8.8.8',
      'http://here',
    ],
    ['one address', '10.0.0.1', '10.0.0.1', { 'x-forwarded-for': '8.8.8.8' }, '8.8.8.8', 'http://here'],
    [
      'an IPv4 address as IPv6',
      '10.0.0.0/8',
      '::ffff:10.0.0.1',
      { 'x-forwarded-for': '::ffff:8.8.8.8' },
      '8.8.8.8',
      'http://here',
    ],
    ['addresses with ports', '1', '10.0.0.1', { 'x-forwarded-for': '[2001:db8::1]:443' }, '2001:db8::1', 'http://here'],
    ['no address', '1', '10.0.0.1', { 'x-forwarded-for': 'unknown' }, '10.0.0.1', 'http://here'],
    ['a number', '1', '10.0.0.1', { 'x-forwarded-for': '1' }, '10.0.0.1', 'http://here'],
    [
      'a script',
      '1',
      '10.0.0.1',
      { 'x-forwarded-for': '<script>', 'x-forwarded-host': 'a"><script>', 'x-forwarded-proto': 'javascript' },
      '10.0.0.1',
      'http://here',
    ],
    ['a host with a path', '1', '10.0.0.1', { 'x-forwarded-host': 'evil.example/x' }, '10.0.0.1', 'http://here'],
    ['nothing forwarded', '1', '10.0.0.1', {}, '10.0.0.1', 'http://here'],
  ])('%s', (_, trust, peer, headers, clientAddress, base) => {
    const visit = find(trust, peer, headers);
    expect([visit.clientAddress, `${visit.protocol}://${visit.host}`]).toEqual([clientAddress, base]);
  });
});

describe('where people sign in, unless it is switched on', () => {
  const questions = [
    ['the schema', '{ __schema { types { name } } }'],
    ['a type', '{ __type(name: "User") { name } }'],
    ['the schema under another name', '{ a: __schema { queryType { name } } }'],
    ['the schema in a fragment', '{ ...f } fragment f on Query { __schema { description } }'],
    [
      'the schema in a fragment that is called like it',
      '{ ...__schema } fragment __schema on Query { __schema { description } }',
    ],
    ['the schema in circles', '{ __schema { types { fields { type { fields { type { name } } } } } } }'],
  ] as const;

  test.each(questions)('nobody is told of %s, over HTTP, SSE and WebSocket', async (_, query) => {
    const refusal = [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }];
    const posted = await postRaw(strict.client.url, query, { authorization });
    expect(JSON.parse(posted.text)).not.toHaveProperty('data');
    expect(JSON.parse(posted.text).errors[0]).toMatchObject(refusal[0] ?? {});
    const got = await sendRaw(strict.url, {
      path: `/graphql?${new URLSearchParams({ query })}`,
      headers: { authorization, accept: 'application/json' },
    });
    expect(JSON.parse(got.text).errors[0]).toMatchObject(refusal[0] ?? {});
    const streamed = await postRaw(strict.client.url, query, { authorization, accept: 'text/event-stream' });
    expect(streamed.text).toContain('GRAPHQL_VALIDATION_FAILED');
    expect(streamed.text).not.toContain('"data":{');
    const { subscribe, answer, close } = await openRawSocket({ url: strict.client.url, headers: { authorization } });
    subscribe('1', query);
    expect((await answer('1'))?.errors?.[0]).toMatchObject(refusal[0] ?? {});
    await close();
  });

  test.each([
    ['a field', '{ viewr { id } }'],
    ['a field of a type', '{ viewer { mail } }'],
    ['an argument', '{ generations(frist: 1) { edges { cursor } } }'],
    ['a type', 'query ($id: Id) { node(id: $id) { id } }'],
    ['an enum', '{ generations(first: 1, filter: { status: [SUCEEDED] }) { edges { cursor } } }'],
    ['an input field', 'mutation { generateImage(input: { promt: "a" }) { __typename } }'],
    ['a fragment’s type', '{ viewer { ... on Usr { id } } }'],
  ])('nobody is helped to guess %s', async (_, query) => {
    const reply = await postRaw(strict.client.url, query, { authorization });
    expect(JSON.parse(reply.text)).toHaveProperty('errors');
    expect(reply.text).not.toContain('Did you mean');
  });

  test('nobody is helped to guess in variables', async () => {
    const query = 'mutation ($input: GenerateImageInput!) { generateImage(input: $input) { __typename } }';
    const body = JSON.stringify({ query, variables: { input: { promt: 'a' } } });
    const headers = { 'content-type': 'application/json', authorization };
    const reply = await sendRaw(strict.client.url, { method: 'POST', headers, body });
    expect(JSON.parse(reply.text)).toHaveProperty('errors');
    expect(reply.text).not.toContain('Did you mean');
  });

  test('there is no page, and names of types are told with data all the same', async () => {
    const page = await sendRaw(strict.client.url, { headers: { accept: 'text/html' } });
    expect(page.status).toBe(401);
    expect(page.text).not.toContain('<html');
    const reply = await postRaw(strict.client.url, '{ __typename viewer { __typename } }', { authorization });
    expect(JSON.parse(reply.text)).toEqual({ data: { __typename: 'Query', viewer: { __typename: 'User' } } });
  });
});
