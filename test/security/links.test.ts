import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFileLinks } from '../../src/http/file-links.ts';
import { answerFile } from '../../src/http/files.ts';
import { createLogger } from '../../src/log.ts';
import type { ImageStore } from '../../src/storage/image-store.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { generate } from '../support/documents.ts';
import { createGate } from './support/gate.ts';
import { type RawRequest, sendRaw } from './support/raw-request.ts';

const secret = 'a secret of forty characters, for links!';
const gate = createGate();
let darkroom: Darkroom;
/** The path of a signed link to the first picture, and to the second. */
let path: string;
let other: string;
let permalink: string;
let bytes: Buffer;

const picture = 'images { permalink link { href } }';

beforeAll(async () => {
  const config = { IMAGE_DELIVERY: 'proxy', LINK_SECRET: secret } as const;
  darkroom = await startDarkroom({ identity: gate.open, config });
  const paint = (prompt: string) => darkroom.client.query(generate, { input: { prompt }, waitSeconds: 30 });
  const answers = [await paint('one'), await paint('another')];
  const ids = answers.map(({ generateImage }) => generateImage.generation.id);
  const document = `query ($id: ID!) { generation(id: $id) { ${picture} } }`;
  const [one, two] = await Promise.all(ids.map((id) => darkroom.client.query(document, { id })));
  const toPath = (href: string) => href.slice(darkroom.url.length);
  path = toPath(one.generation.images[0].link.href);
  other = toPath(two.generation.images[0].link.href);
  permalink = one.generation.images[0].permalink;
  bytes = (await sendRaw(darkroom.url, { path })).bytes;
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const get = (given: RawRequest = {}) => sendRaw(darkroom.url, { path, ...given });
const range = (value: string) => get({ headers: { range: value } });
const decode = (text: string) => Buffer.from(text, 'base64url').toString();
const encode = (text: string) => Buffer.from(text).toString('base64url');
const alter = (text: string, at: number) => `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
const split = (text: string) => text.slice('/files/'.length).split('.') as [string, string];

test('a link gives the picture and nothing that a browser could run, and names neither the storage nor its key', async () => {
  const { status, headers } = await get();
  expect(status).toBe(200);
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect(headers).toMatchObject({
    'content-type': 'image/png',
    'content-length': String(bytes.length),
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'content-disposition': expect.stringMatching(/^inline; filename="g-[\w.-]+\.png"$/),
    'cache-control': expect.stringMatching(/^private, max-age=\d+, immutable$/),
    'accept-ranges': 'bytes',
    etag: expect.stringMatching(/^"[\w-]{43}"$/),
  });
  expect(JSON.stringify(headers)).not.toMatch(/x-ms|azurite|blob\.core|sig=/i);
});

test('the same link is given out again, so that caches work', async () => {
  const links = createFileLinks({ secret, clock: { now: () => 1_000_000_000 } });
  const later = createFileLinks({ secret, clock: { now: () => 1_000_700_000 } });
  expect(later.link('a', { minimumSeconds: 3600 })).toEqual(links.link('a', { minimumSeconds: 3600 }));
});

describe('a link that was not signed like this', () => {
  const cases: readonly (readonly [string, () => string])[] = [
    ['its first character altered', () => alter(path, '/files/'.length)],
    ['its expiry put off', () => toForged(([claim, signature]) => `${encode(`9${decode(claim)}`)}.${signature}`)],
    ['another picture named', () => toForged(([, signature]) => `${split(other)[0]}.${signature}`)],
    ['the signature of another', () => toForged(([claim]) => `${claim}.${split(other)[1]}`)],
    ['the first character of its signature altered', () => alter(path, path.indexOf('.') + 1)],
    ['the last character of its signature altered', () => alter(path, path.length - 1)],
    ['no signature', () => toForged(([claim]) => claim)],
    ['an empty signature', () => toForged(([claim]) => `${claim}.`)],
    ['half a signature', () => path.slice(0, -20)],
    ['more after its signature', () => `${path}A`],
    ['a query behind it', () => `${path}?x=1`],
    ['padding', () => toForged(([claim, signature]) => `${claim}=.${signature}=`)],
    ['a variant behind its name', () => toForged(([claim, s]) => `${encode(`${decode(claim)}.preview`)}.${s}`)],
    ['its dot encoded', () => path.replace('.', '%2e')],
    ['its dot encoded twice', () => path.replace('.', '%252e')],
    [
      'its first character encoded',
      () => toForged((parts) => `%${parts[0].charCodeAt(0).toString(16)}${parts.join('.').slice(1)}`),
    ],
    ['a step up', () => path.replace('/files/', '/files/x/../')],
    ['an encoded step up', () => path.replace('/files/', '/files/..%2f')],
    ['an encoded slash', () => path.replace('/files/', '/files%2f')],
    ['two slashes', () => path.replace('/files/', '/files//')],
    ['a name in place of a token', () => `/files/${decode(split(path)[0]).replace(/^\d+\//, '')}`],
    ['a NUL behind it', () => `${path}%00`],
    ['nothing', () => '/files/'],
    ['10,000 characters', () => `/files/${'A'.repeat(10_000)}.${split(path)[1]}`],
    [
      'the secret of another server',
      () =>
        createFileLinks({ secret: `${secret}!`, clock: { now: Date.now } }).link(nameOf(path), { minimumSeconds: 60 })
          .href,
    ],
    [
      'an hour that is over',
      () =>
        createFileLinks({ secret, clock: { now: () => Date.now() - 130_000 } }).link(nameOf(path), {
          minimumSeconds: 60,
        }).href,
    ],
    [
      'a picture that there is not',
      () => createFileLinks({ secret, clock: { now: Date.now } }).link('g/none/1/0', { minimumSeconds: 60 }).href,
    ],
  ];
  const toForged = (forge: (parts: [string, string]) => string) => `/files/${forge(split(path))}`;
  const nameOf = (given: string) => decode(split(given)[0]).replace(/^\d+\//, '');

  test.each(cases)('with %s leads nowhere, with no hint why', async (_, forge) => {
    const forged = forge();
    expect(forged).not.toBe(path);
    const reply = await get({ path: forged });
    expect([reply.status, reply.text]).toEqual([404, 'Nothing is here.\n']);
    expect(reply.headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'text/plain' });
    expect(reply.headers.etag).toBeUndefined();
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('the method %s does nothing', async (method) => {
    expect((await get({ method })).status).toBe(404);
    expect((await get()).bytes.equals(bytes)).toBe(true);
  });
});

describe('parts of a picture', () => {
  test.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=10-', 10, undefined],
    ['bytes=-5', -5, undefined],
    ['bytes=0-99999999', 0, undefined],
    ['bytes=-99999999', 0, undefined],
  ])('%s', async (value, from, to) => {
    const { status, headers, bytes: part } = await range(value);
    expect(status).toBe(206);
    expect(part.equals(bytes.subarray(from, to))).toBe(true);
    const first = from < 0 ? bytes.length + from : from;
    expect(headers['content-range']).toBe(`bytes ${first}-${first + part.length - 1}/${bytes.length}`);
    expect(headers['content-length']).toBe(String(part.length));
  });

  test.each(['bytes=99999999-', 'bytes=-0', 'bytes=999999999999999-999999999999999'])(
    '%s cannot be had',
    async (value) => {
      const { status, headers, text } = await range(value);
      expect([status, headers['content-range'], text]).toEqual([416, `bytes */${bytes.length}`, '']);
    },
  );

  test.each([
    'bytes=5-1',
    'bytes=0-1,3-4',
    'lines=0-1',
    'bytes=a-b',
    'bytes=-',
    'bytes=0x1-2',
    'bytes=1e3-',
    `bytes=${'9'.repeat(400)}-`,
  ])('%s is not understood: the whole is sent', async (value) => {
    const reply = await range(value);
    expect([reply.status, reply.bytes.equals(bytes)]).toEqual([200, true]);
  });
});

test('what a client has already is not sent again', async () => {
  const etag = String((await get()).headers.etag);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const { status, text } = await get({ headers: { 'if-none-match': known } });
    expect([known, status, text]).toEqual([known, 304, '']);
  }
  expect((await get({ headers: { 'if-none-match': '"other"' } })).status).toBe(200);
});

test('HEAD tells all but the bytes', async () => {
  const { status, headers, bytes: none } = await get({ method: 'HEAD' });
  expect([status, headers['content-length'], headers['content-type'], none.length]).toEqual([
    200,
    String(bytes.length),
    'image/png',
    0,
  ]);
});

test('a client that leaves in the middle keeps nothing, and the next is served', async () => {
  for (let count = 0; count < 20; count++) {
    const sent = request(`${darkroom.url}${path}`, { agent: false });
    sent.on('error', () => undefined).end();
    const [response] = await once(sent, 'response');
    response.destroy();
  }
  expect((await get()).bytes.equals(bytes)).toBe(true);
});

test('the storage sends nothing more to a client that has left', async () => {
  const file = { name: 'g/a/1/0', sizeBytes: 1_000_000_000, mediaType: 'text/html', metadata: {} };
  const endless = new Readable({ read: () => void endless.push(Buffer.alloc(64 * 1024)) });
  const images = { find: async () => file, stream: async () => endless } as unknown as ImageStore;
  const files = createFileLinks({ secret, clock: { now: Date.now } });
  const log = createLogger({ level: 'silent' });
  const server = createServer((request, response) => {
    void answerFile({ images, files, log }, { request, response }, () => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, path: files.link(file.name, { minimumSeconds: 60 }).href, agent: false }).end();
  const [response] = await once(sent, 'response');
  // Whatever the storage says it is, it is nothing that a browser would run.
  expect(response.headers['content-type']).toBe('application/octet-stream');
  await once(response, 'data');
  expect(endless.destroyed).toBe(false);
  const ended = Promise.withResolvers<void>();
  endless.once('close', ended.resolve);
  response.destroy();
  await ended.promise;
  server.close();
});

test('without a secret to sign with the server does not start', async () => {
  const config = { IMAGE_DELIVERY: 'proxy', LINK_SECRET: undefined } as const;
  const start = startDarkroom({ beside: darkroom, role: 'api', config });
  await expect(start).rejects.toThrow('IMAGE_DELIVERY: proxy needs a LINK_SECRET');
});

describe('a permalink', () => {
  const ask = (headers: Record<string, string>) => get({ path: permalink, headers });

  test('leads its owner to a link of this server', async () => {
    const { status, headers } = await ask({ authorization: 'Test alice' });
    expect(status).toBe(302);
    expect((await get({ path: String(headers.location) })).bytes.equals(bytes)).toBe(true);
  });

  test('leads others nowhere, as one that there is not', async () => {
    const { status, text } = await ask({ authorization: 'Test bob' });
    expect([status, text]).toEqual([404, 'No such picture.\n']);
    expect((await get({ path: '/images/x/original', headers: { authorization: 'Test alice' } })).text).toBe(text);
  });

  test('leads nobody anywhere without credentials, and with ones that may not read', async () => {
    expect((await ask({})).status).toBe(401);
    gate.limit('carol', 'GENERATE');
    expect((await ask({ authorization: 'Test carol' })).status).toBe(403);
  });
});
