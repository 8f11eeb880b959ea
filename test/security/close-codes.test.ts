import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import WebSocket from 'ws';
import { createApiKeyText } from '../../src/accounts/api-key-format.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { submit } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { closingOfNewSocket, openRawSocket } from '../support/raw-socket.ts';
import { createStage, paintAfter } from '../support/stage.ts';

const stage = createStage();
const hold = createHold();
let darkroom: Darkroom;
/** Of a generation that does not end before the last test has. */
let id: string;

beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
  const prompt = stage.prompt(paintAfter(hold));
  id = await submit(darkroom.client, { prompt });
});
afterAll(async () => {
  hold.release();
  await darkroom[Symbol.asyncDispose]();
});
afterEach(async () => {
  await expect.poll(() => darkroom.app.hub.mailboxCount, { timeout: 10_000 }).toBe(0);
  expect(await darkroom.client.query('{ viewer { id } }')).toHaveProperty('viewer.id');
});

const viewer = '{ viewer { id } }';
const protocol = 'graphql-transport-ws';

/** A socket that has said nothing yet. */
async function open(protocols: string | readonly string[] = protocol): Promise<WebSocket> {
  const { url, headers } = darkroom.client;
  const socket = new WebSocket(url.replace(/^http/, 'ws'), [protocols].flat(), { headers });
  await once(socket, 'open');
  return socket;
}

async function closingOf(socket: WebSocket): Promise<string> {
  const [code, reason] = await once(socket, 'close');
  return `${code} ${reason}`;
}

/** The protocol's way to say that a client is wrong: the socket closes with a code and a reason. */
describe('a client that breaks the protocol is shown out', () => {
  test('4406 without the subprotocol', async () => {
    // A client of ours closes by itself when the server takes none of its subprotocols: asking for none stays open.
    const socket = await open([]);
    expect(await closingOf(socket)).toBe('4406 Subprotocol not acceptable');
  });

  test('4408 when it does not introduce itself within three seconds', async () => {
    const begun = Date.now();
    const socket = await open();
    expect(await closingOf(socket)).toBe('4408 Connection initialisation timeout');
    expect(Date.now() - begun).toBeGreaterThan(2_500);
  });

  test('4401 when it asks before it has introduced itself', async () => {
    const socket = await open();
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: follow, variables: { id } } }));
    expect(await closingOf(socket)).toBe('4401 Unauthorized');
  });

  test('4429 when it introduces itself twice', async () => {
    const { socket, send } = await openRawSocket(darkroom.client);
    const closed = closingOf(socket);
    send({ type: 'connection_init' });
    expect(await closed).toBe('4429 Too many initialisation requests');
  });

  test('4409 when it uses an id again that is still in use', async () => {
    const { socket, subscribe, answer } = await openRawSocket(darkroom.client);
    subscribe('same', follow, { id });
    await answer('same');
    const closed = closingOf(socket);
    subscribe('same', follow, { id });
    expect(await closed).toBe('4409 Subscriber for same already exists');
  });

  test.each([
    ['text that is no JSON', 'hello'],
    ['JSON that is no message', '7'],
    ['a message without a type', '{}'],
    ['a message of a type that there is not', '{"type":"start"}'],
    ['a subscribe without an id', '{"type":"subscribe","payload":{"query":"{ viewer { id } }"}}'],
    ['a subscribe with an empty id', '{"type":"subscribe","id":"","payload":{"query":"{ viewer { id } }"}}'],
    ['a subscribe without a query', '{"type":"subscribe","id":"1","payload":{}}'],
    ['a subscribe with a query that is no text', '{"type":"subscribe","id":"1","payload":{"query":7}}'],
    [
      'a subscribe with variables that are text',
      '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":"{}"}}',
    ],
  ])('4400 for %s', async (_, text) => {
    const { socket, subscribe, answer } = await openRawSocket(darkroom.client);
    subscribe('1000', follow, { id });
    await answer('1000');
    const closed = closingOf(socket);
    socket.send(text);
    expect(await closed).toMatch(/^4400 /);
  });

  test('1009 for a message of more than 256 KB', async () => {
    const { socket, subscribe } = await openRawSocket(darkroom.client);
    const closed = closingOf(socket);
    subscribe('1', viewer, { unused: 'x'.repeat(256 * 1024) });
    expect(await closed).toMatch(/^1009 /);
  });

  test('404 for an upgrade on another path', async () => {
    for (const path of ['/', '/graphql/', '/graphqlx', '/health/ready', '/subscriptions']) {
      const socket = new WebSocket(`${darkroom.url.replace(/^http/, 'ws')}${path}`, protocol);
      const [, response] = await once(socket, 'unexpected-response').catch(([error]) => [error]);
      expect([path, response.statusCode]).toEqual([path, 404]);
    }
  });

  test.each(['https://evil.example', 'http://localhost.evil.example', 'null', 'no origin'])(
    '403 for an upgrade that the page %s asks for',
    async (origin) => {
      const socket = new WebSocket(`${darkroom.url.replace(/^http/, 'ws')}/graphql`, protocol, { origin });
      const [, response] = await once(socket, 'unexpected-response').catch(([error]) => [error]);
      expect(response.statusCode).toBe(403);
    },
  );

  test.each([
    ['without credentials', {}, undefined],
    ['with a key that nobody made', { authorization: `Bearer ${createApiKeyText().text}` }, undefined],
    ['with parameters that are no text', {}, { authorization: 7 }],
  ])('4403 for an introduction %s', async (_, headers, parameters) => {
    await using locked = await startDarkroom({ identity: 'configured', beside: darkroom, role: 'api' });
    const client = { url: `${locked.url}/graphql`, headers };
    expect(await closingOfNewSocket(client, parameters)).toBe('4403 Forbidden');
  });

  test.each([
    ['an empty message', ''],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00])],
    ['a list', '[]'],
    ['null', 'null'],
    ['a type that is no text', '{"type":7}'],
    ['a type of the old protocol', '{"type":"connection_terminate"}'],
    ['an acknowledgement, which is not for clients to send', '{"type":"connection_ack"}'],
    ['an answer, which is not for clients to send', '{"type":"next","id":"1","payload":{}}'],
    ['an error, which is not for clients to send', '{"type":"error","id":"1","payload":[{"message":"no"}]}'],
  ])('4400 for %s, before it has introduced itself and after', async (_, data) => {
    using printed = vi.spyOn(console, 'error');
    const early = await open();
    const closedEarly = closingOf(early);
    early.send(data);
    expect(await closedEarly).toMatch(/^4400 /);
    const { socket } = await openRawSocket(darkroom.client);
    const closed = closingOf(socket);
    socket.send(data);
    expect(await closed).toMatch(/^4400 /);
    expect(printed.mock.calls).toEqual([]);
  });

  test('a message in binary frames is read as if it were text', async () => {
    const { socket, next, close } = await openRawSocket(darkroom.client);
    socket.send(Buffer.from('{"type":"ping"}'));
    expect(await next()).toEqual({ type: 'pong' });
    await close();
  });

  test('4401 for each of the messages that want an acknowledgement first', async () => {
    const socket = await open();
    const closed = closingOf(socket);
    socket.send(JSON.stringify({ type: 'complete', id: '1' }));
    socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: viewer } }));
    expect(await closed).toBe('4401 Unauthorized');
  });

  test('1002 or 1006 for frames that are none', async () => {
    const socket = await open();
    const closed = closingOf(socket);
    // The raw connection below it: a frame with reserved bits, without a mask.
    (socket as unknown as { readonly _socket: Socket })._socket.write(Buffer.from([0xff, 0x00]));
    expect(await closed).toMatch(/^10(02|06) /);
  });

  test('1007 for text that is not UTF-8', async () => {
    const socket = await open();
    const closed = closingOf(socket);
    socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    expect(await closed).toMatch(/^1007 /);
  });

  test.each(['graphql-ws', 'graphql-transport-ws2', 'soap'])(
    '4406 or a refusal for the subprotocol %s',
    async (name) => {
      const socket = new WebSocket(darkroom.client.url.replace(/^http/, 'ws'), name);
      // The server takes none of what is offered, which this client takes for a mistake of the server.
      const [error] = await once(socket, 'error');
      expect(error.message).toBe('Server sent no subprotocol');
    },
  );

  test('the right subprotocol is found among others', async () => {
    const socket = await open(['soap', protocol]);
    expect(socket.protocol).toBe(protocol);
    socket.terminate();
    await once(socket, 'close');
  });

  test.each(['POST', 'PUT', 'DELETE'])('an upgrade asked for by %s is refused', async (method) => {
    const asked = request(darkroom.client.url, {
      method,
      headers: {
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-protocol': protocol,
      },
    });
    asked.end();
    const [response] = await once(asked, 'response');
    expect(response.statusCode).toBe(405);
    response.resume();
  });

  test.each([
    ['7', 'dGhlIHNhbXBsZSBub25jZQ=='],
    ['13', 'short'],
  ])('an upgrade of version %s with the key %s is refused', async (version, key) => {
    const headers = {
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': version,
      'sec-websocket-key': key,
    };
    const asked = request(darkroom.client.url, { headers });
    asked.end();
    const [response] = await once(asked, 'response');
    expect(response.statusCode).toBe(400);
    response.resume();
  });
});

test('a ping is answered with a pong and its payload', async () => {
  const { send, next, close } = await openRawSocket(darkroom.client);
  send({ type: 'ping', payload: { at: 7 } });
  expect(await next()).toEqual({ type: 'pong', payload: { at: 7 } });
  await close();
});

test('a complete for an operation that there is not is ignored', async () => {
  const { send, subscribe, answer, close } = await openRawSocket(darkroom.client);
  send({ type: 'complete', id: 'nothing' });
  send({ type: 'pong' });
  subscribe('right', viewer);
  expect(await answer('right')).toHaveProperty('data.viewer.id');
  await close();
});

test('an id is free again once its operation has completed', async () => {
  const { subscribe, answer, send, close } = await openRawSocket(darkroom.client);
  for (let count = 0; count < 3; count += 1) {
    subscribe('same', viewer);
    expect(await answer('same')).toHaveProperty('data.viewer.id');
    expect(await answer('same')).toBeUndefined();
  }
  subscribe('same', follow, { id });
  expect(await answer('same')).toHaveProperty('data.generationProgress');
  send({ type: 'complete', id: 'same' });
  await expect.poll(() => darkroom.app.hub.mailboxCount, { timeout: 10_000 }).toBe(0);
  subscribe('same', viewer);
  expect(await answer('same')).toHaveProperty('data.viewer.id');
  await close();
});

test('an id is free again after an operation that was refused', async () => {
  const { subscribe, answer, close } = await openRawSocket(darkroom.client);
  subscribe('same', '{ nothing }');
  expect(await answer('same')).toHaveProperty('errors');
  subscribe('same', viewer);
  expect(await answer('same')).toHaveProperty('data.viewer.id');
  await close();
});
