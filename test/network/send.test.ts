import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFetch, type FetchClient } from '../../src/network/fetch.ts';
import { NetworkError } from '../../src/network/network-error.ts';
import { type HttpRequest, parseJson, send } from '../../src/network/send.ts';
import { faults, readForm, type Standin, sendJson, startStandin } from '../support/standins/standin.ts';
import { failureOf } from './fixtures.ts';

let standin: Standin;
let client: FetchClient;
beforeAll(async () => {
  standin = await startStandin((_, response) => sendJson(response, 202, { ok: true }, { 'x-answer': 'yes' }));
  client = createFetch();
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await standin[Symbol.asyncDispose]();
});

function ask(wishes: Partial<HttpRequest> = {}) {
  const { signal } = new AbortController();
  return send(client.fetch, { method: 'POST', url: `${standin.url}/path`, maxBytes: 1000, signal, ...wishes });
}

test('an answer comes whole, whatever its status', async () => {
  const { status, headers, bytes } = await ask();
  expect({ status, header: headers.get('x-answer'), body: parseJson(bytes) }).toEqual({
    status: 202,
    header: 'yes',
    body: { ok: true },
  });
  standin.interject(/path/, (_, response) => sendJson(response, 500, { detail: 'boom' }));
  expect(await ask()).toMatchObject({ status: 500 });
});

test('an object is sent as JSON, bytes and forms as they are', async () => {
  await ask({ body: { a: [1] }, headers: { authorization: 'Bearer x' } });
  expect(standin.received.at(-1)).toMatchObject({
    method: 'POST',
    path: '/path',
    headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
  });
  expect(standin.received.at(-1)?.body.toString()).toBe('{"a":[1]}');
  await ask({ body: new Uint8Array([1, 2, 3]), headers: { 'content-type': 'image/png' } });
  expect(standin.received.at(-1)).toMatchObject({ headers: { 'content-type': 'image/png' }, body: Buffer.of(1, 2, 3) });
  const form = new FormData();
  form.append('name', 'value');
  await ask({ body: form });
  const received = standin.received.at(-1);
  if (received === undefined) throw new Error('Nothing was received.');
  expect((await readForm(received)).get('name')).toBe('value');
});

test('a redirect is an answer, not a way', async () => {
  standin.interject(/path/, (_, response) => void response.writeHead(302, { location: '/elsewhere' }).end());
  expect(await ask({ method: 'GET' })).toMatchObject({ status: 302 });
  expect(standin.received.at(-1)?.path).toBe('/path');
});

test('more than is wanted is not read', async () => {
  standin.interject(/path/, (_, response) => void response.end(Buffer.alloc(1001)));
  const failure = await failureOf(ask());
  expect(failure).toBeInstanceOf(NetworkError);
  expect(failure).toMatchObject({ message: 'The answer is too large.', connected: true, tooLarge: true });
});

test('a connection that breaks was one, a server that is away was none', async () => {
  standin.interject(/path/, faults.cut);
  expect(await failureOf(ask())).toMatchObject({ name: 'NetworkError', connected: true, tooLarge: false });
  const gone = await startStandin(() => undefined);
  await gone[Symbol.asyncDispose]();
  const refusal = await failureOf(ask({ url: gone.url }));
  expect(refusal).toMatchObject({ message: 'No connection could be made.', connected: false });
  expect(await failureOf(ask({ url: 'http://no-such-name.invalid/' }))).toMatchObject({ connected: false });
});

test('whoever stops it gets their reason, and the server is left', async () => {
  const abort = new AbortController();
  const reason = new Error('Enough of it.');
  const { promise: left, resolve } = Promise.withResolvers<void>();
  standin.interject(/path/, async (request) => {
    abort.abort(reason);
    await request.left;
    resolve();
  });
  expect(await failureOf(ask({ signal: abort.signal }))).toBe(reason);
  await left;
});

test('what is no JSON is nothing', () => {
  expect(parseJson(Buffer.from('{"a":1}'))).toEqual({ a: 1 });
  expect(parseJson(Buffer.from('<html>'))).toBeUndefined();
  expect(parseJson(new Uint8Array())).toBeUndefined();
});
