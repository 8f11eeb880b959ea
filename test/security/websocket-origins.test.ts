import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { closingOfNewSocket, openRawSocket } from '../support/raw-socket.ts';
import { createGate } from './support/gate.ts';

const listed = 'https://app.example.org';
const cookie = 'theme=dark; user=alice';
let darkroom: Darkroom;
/** Where nobody is asked who they are. */
let local: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ identity: createGate().open, config: { CORS_ORIGINS: listed } });
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

/** What an upgrade is refused with; 101 where it is not. */
async function statusOf(url: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws', { headers });
  const opened = once(socket, 'open').then(() => 101);
  const refused = once(socket, 'unexpected-response').then(([, { statusCode }]) => statusCode);
  const status = await Promise.race([opened, refused]);
  opened.catch(() => undefined);
  refused.catch(() => undefined);
  socket.on('error', () => undefined).terminate();
  return status;
}

describe('an upgrade that a page of elsewhere asks for, with the cookie of its visitor', () => {
  test.each([
    ['another site', 'https://evil.example'],
    ['a site whose name begins like the listed one', 'https://app.example.org.evil.example'],
    ['a site whose name ends like the listed one', 'https://evilapp.example.org'],
    ['the listed one without TLS', 'http://app.example.org'],
    ['the listed one on another port', 'https://app.example.org:8443'],
    ['a page in a sandbox', 'null'],
    ['no address at all', 'evil'],
    ['a page of this machine', 'http://localhost:3000'],
    ['two origins', `https://evil.example, ${listed}`],
    ['the listed one in capitals', 'https://APP.example.org'],
  ])('%s is refused with 403', async (_, origin) => {
    expect(await statusOf(darkroom.client.url, { origin, cookie })).toBe(403);
    expect(await statusOf(darkroom.client.url, { origin })).toBe(403);
  });

  test('another port of this machine is another origin', async () => {
    const origin = darkroom.url.replace(/:\d+$/, ':1');
    expect(await statusOf(darkroom.client.url, { origin, cookie })).toBe(403);
  });

  test('a host that is forwarded by nobody whom we trust makes no page ours', async () => {
    const headers = { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example', cookie };
    expect(await statusOf(darkroom.client.url, headers)).toBe(403);
  });
});

test('the cookie counts for a page of this server and for a listed one', async () => {
  for (const origin of [darkroom.url, listed]) {
    const { subscribe, answer, close } = await openRawSocket({ url: darkroom.client.url, headers: { origin, cookie } });
    subscribe('1', '{ viewer { id } }');
    expect(await answer('1')).toHaveProperty('data.viewer.id');
    await close();
  }
});

test('the cookie counts for nothing without an origin', async () => {
  expect(await closingOfNewSocket({ url: darkroom.client.url, headers: { cookie } })).toBe('4403 Forbidden');
  const preflight = { cookie, 'graphql-require-preflight': '1', 'sec-fetch-site': 'same-origin' };
  expect(await closingOfNewSocket({ url: darkroom.client.url, headers: preflight })).toBe('4403 Forbidden');
});

describe('an introduction that names nobody', () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['nothing', undefined, '4403 Forbidden'],
    ['null', null, '4403 Forbidden'],
    ['an empty object', {}, '4403 Forbidden'],
    ['a list', ['Test alice'], '4400 Invalid message received'],
    ['a number', 7, '4400 Invalid message received'],
    ['a text', 'Test alice', '4400 Invalid message received'],
    ['true', true, '4400 Invalid message received'],
    ['an authorization that is a number', { authorization: 7 }, '4403 Forbidden'],
    ['an authorization that is null', { authorization: null }, '4403 Forbidden'],
    ['an authorization that is a list', { authorization: ['Test alice'] }, '4403 Forbidden'],
    ['an authorization that is an object', { authorization: { toString: 'Test alice' } }, '4403 Forbidden'],
    ['an empty authorization', { authorization: '' }, '4403 Forbidden'],
    ['an authorization of 100 KB', { authorization: `Test ${'a'.repeat(100_000)}` }, '4403 Forbidden'],
    ['a prototype', JSON.parse('{"__proto__":{"authorization":"Test alice"}}'), '4403 Forbidden'],
    ['another name', { AUTHORIZATION: 'Test alice', token: 'Test alice', cookie: 'user=alice' }, '4403 Forbidden'],
    ['headers', { headers: { authorization: 'Test alice' } }, '4403 Forbidden'],
  ];
  test.each(cases)('%s', async (_, payload, closing) => {
    const headers: Record<string, string> = {};
    expect(await closingOfNewSocket({ url: darkroom.client.url, headers }, payload)).toBe(closing);
  });

  test('what is wrong in the parameters is not made up for by the header or the cookie', async () => {
    const headers = { authorization: 'Test alice', origin: listed, cookie };
    expect(await closingOfNewSocket({ url: darkroom.client.url, headers }, { authorization: 7 })).toBe(
      '4403 Forbidden',
    );
  });
});

test.each([
  ['the parameters', {}, { authorization: 'Test alice' }],
  ['the parameters, in the spelling of the header', {}, { Authorization: 'Test alice' }],
  ['the parameters, before the header', { authorization: 'Nonsense' }, { authorization: 'Test alice' }],
  ['the header', { authorization: 'Test alice' }, undefined],
])('%s let alice in', async (_, headers, payload) => {
  const { subscribe, answer, close } = await openRawSocket({ url: darkroom.client.url, headers }, payload);
  subscribe('1', '{ viewer { id } }');
  const { data } = (await answer('1')) ?? {};
  expect(data.viewer).toEqual((await darkroom.client.query('{ viewer { id } }')).viewer);
  await close();
});

describe('where nobody is asked who they are', () => {
  test.each(['https://evil.example', listed, 'null', 'http://localhost.evil.example', 'http://127.0.0.1.evil.example'])(
    'the page %s opens no socket',
    async (origin) => expect(await statusOf(local.client.url, { origin })).toBe(403),
  );

  test('a name that somebody has pointed at this machine opens no socket', async () => {
    const headers = { origin: 'http://rebound.example', host: 'rebound.example' };
    expect(await statusOf(local.client.url, headers)).toBe(403);
    expect(await statusOf(local.client.url, { host: 'rebound.example' })).toBe(403);
  });

  test('a page of this machine, and a program, open one', async () => {
    expect(await statusOf(local.client.url, { origin: 'http://localhost:3000' })).toBe(101);
    expect(await statusOf(local.client.url, {})).toBe(101);
  });
});
