import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createSlowReaders } from '../../src/http/slow-readers.ts';
import { createSocketLimits } from '../../src/http/socket-limits.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { submit } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { openRawSocket } from '../support/raw-socket.ts';
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

const viewer = '{ viewer { id } }';
const patient = { timeout: 10_000 };

describe('a socket of the server', () => {
  test('has fifty operations at a time, and not one more', async () => {
    const { subscribe, answer, send, close } = await openRawSocket(darkroom.client);
    for (let count = 0; count < 50; count += 1) subscribe(`${count}`, follow, { id });
    await expect.poll(() => darkroom.app.hub.mailboxCount, patient).toBe(50);
    subscribe('one more', follow, { id });
    expect(await answer('one more')).toMatchObject({
      errors: [{ extensions: { code: 'TOO_MANY_OPERATIONS', allowed: 50 } }],
    });
    send({ type: 'complete', id: '0' });
    await expect.poll(() => darkroom.app.hub.mailboxCount, patient).toBe(49);
    const again = async () => {
      subscribe('again', viewer);
      return answer('again');
    };
    await expect.poll(again, { ...patient, interval: 500 }).toHaveProperty('data.viewer.id');
    await close();
    await expect.poll(() => darkroom.app.hub.mailboxCount, patient).toBe(0);
  });

  test('is closed with 4441 when it says too much', async () => {
    const { socket } = await openRawSocket(darkroom.client);
    const closed = once(socket, 'close');
    for (let count = 0; count < 1_000; count += 1) socket.send('{"type":"pong"}');
    expect((await closed)[0]).toBe(4441);
  });

  test('is closed when it pings too much, below the protocol', async () => {
    const { socket } = await openRawSocket(darkroom.client);
    const closed = once(socket, 'close');
    for (let count = 0; count < 1_000; count += 1) socket.ping();
    // Where its pings still arrive when the server has closed, it may miss the reason.
    expect([4441, 1006]).toContain((await closed)[0]);
  });

  test('is told when its variables are too large or nested too deep', async () => {
    const { subscribe, answer, close } = await openRawSocket(darkroom.client);
    const nested = JSON.parse(`${'['.repeat(70)}${']'.repeat(70)}`);
    subscribe('nested', viewer, { nested });
    expect(await answer('nested')).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    subscribe('long', `${viewer} #${'x'.repeat(70_000)}`);
    const errors = (await answer('long'))?.errors;
    expect(errors).toEqual([{ message: expect.any(String), extensions: { code: 'REQUEST_TOO_LARGE' } }]);
    await close();
  });
});

test('a process that has as many sockets as it may takes no more, until one has gone', async () => {
  await using small = await startDarkroom({ beside: darkroom, role: 'api', config: { MAX_SOCKETS: 2 } });
  const sockets = await Promise.all([openRawSocket(small.client), openRawSocket(small.client)]);
  const refused = new WebSocket(small.client.url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  const [, response] = await once(refused, 'unexpected-response');
  expect(response.statusCode).toBe(503);
  await sockets[0].close();
  const third = async () => {
    const { close } = await openRawSocket(small.client);
    await close();
    return 'open';
  };
  await expect.poll(() => third().catch(() => 'refused'), patient).toBe('open');
  await sockets[1].close();
});

describe('with short times', () => {
  const options = {
    socketsPerProcess: 10,
    socketsPerViewer: 10,
    operationsPerSocket: 10,
    messagesPerTenSeconds: 100,
    subscribesPerSecond: 20,
    idleMilliseconds: 200,
  };
  const megabyte = 1024 * 1024;

  /** A server whose sockets are watched, and the next of them on both sides. */
  async function openPair(stack: AsyncDisposableStack) {
    const slowReaders = stack.use(createSlowReaders({ maxBytes: megabyte, maxMilliseconds: 200 }));
    const limits = stack.use(createSocketLimits(options, slowReaders));
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    stack.defer(() => server.close());
    await once(server, 'listening');
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    stack.defer(() => client.terminate());
    const [[socket]] = await Promise.all([once(server, 'connection'), once(client, 'open')]);
    limits.watch(socket);
    return { client, socket: socket as WebSocket, limits };
  }

  test('a socket without operations is closed with 4440, and one with an operation is not', async () => {
    await using stack = new AsyncDisposableStack();
    const idle = await openPair(stack);
    const busy = await openPair(stack);
    const open: Record<string, unknown> = { '1': {} };
    busy.limits.begin(busy.socket, open);
    expect((await once(idle.client, 'close'))[0]).toBe(4440);
    expect(busy.client.readyState).toBe(WebSocket.OPEN);
    const closed = once(busy.client, 'close');
    delete open['1'];
    expect((await closed)[0]).toBe(4440);
  });

  test('a socket that leaves more than 1 MB unread is cut, and one that reads is not', async () => {
    await using stack = new AsyncDisposableStack();
    const deaf = await openPair(stack);
    const reader = await openPair(stack);
    reader.limits.begin(reader.socket, { '1': {} });
    deaf.limits.begin(deaf.socket, { '1': {} });
    deaf.client.pause();
    const cut = once(deaf.socket, 'close');
    // More than the kernel's buffers on both sides hold.
    for (const { socket } of [deaf, reader]) socket.send(Buffer.alloc(24 * megabyte), () => undefined);
    expect((await cut)[0]).toBe(1006);
    expect(reader.client.readyState).toBe(WebSocket.OPEN);
  });

  test('an event stream that leaves more than 1 MB unread is cut', async () => {
    await using stack = new AsyncDisposableStack();
    const slowReaders = stack.use(createSlowReaders({ maxBytes: megabyte, maxMilliseconds: 200 }));
    const server = createServer();
    stack.defer(() => void server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asked = request({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
    // Without a listener, Node would read the answer and throw it away.
    asked.on('error', () => undefined).on('response', (answer) => answer.pause().on('error', () => undefined));
    asked.end();
    stack.defer(() => void asked.destroy());
    const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
    slowReaders.watch({ waitingBytes: () => response.writableLength, terminate: () => response.destroy() });
    response.write(Buffer.alloc(24 * megabyte));
    await once(response, 'close');
    expect(response.writableFinished).toBe(false);
  });
});

test('many connections that say nothing keep nobody else from an answer', async () => {
  const { hostname, port } = new URL(darkroom.url);
  const silent = Array.from({ length: 300 }, () => connect(Number(port), hostname));
  await Promise.all(silent.map((socket) => once(socket, 'connect')));
  for (const socket of silent) socket.on('error', () => undefined).write('POST /graphql HTTP/1.1\r\nhost: x\r\n');
  expect(await darkroom.client.query(viewer)).toHaveProperty('viewer.id');
  for (const socket of silent) socket.destroy();
});
