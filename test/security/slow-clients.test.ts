import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';

// As the usual ones, but for their length.
const patience = { headersTimeout: 1_000, requestTimeout: 2_000, connectionsCheckingInterval: 100 };
let darkroom: Darkroom;
/** What a test has open, and does not wait for. */
let timers: NodeJS.Timeout[];

beforeAll(async () => {
  darkroom = await startDarkroom({ role: 'api', patience });
});
afterAll(() => darkroom[Symbol.asyncDispose]());
beforeEach(() => {
  timers = [];
});
afterEach(() => {
  for (const timer of timers) clearInterval(timer);
});

async function open(): Promise<Socket> {
  const { hostname, port } = new URL(darkroom.url);
  const socket = connect(Number(port), hostname);
  // Whoever writes into what was closed is told so.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** All that comes, until the server closes. */
async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (part) => {
    text += part;
  });
  await once(socket, 'close');
  return text;
}

/** Something every 50 ms, for ever. */
function drip(socket: Socket, text: string): void {
  timers.push(setInterval(() => socket.write(text), 50));
}

const others = async () => {
  expect(await darkroom.client.query('{ viewer { id } }')).toHaveProperty('viewer.id');
};
const post = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAuthorization: Test alice\r\nContent-Type: application/json\r\n`;

test('headers that drip are waited for no longer than a second: 408, and the connection is closed', async () => {
  const socket = await open();
  socket.write(post);
  drip(socket, 'x-more: y\r\n');
  const answered = readToEnd(socket);
  await others();
  expect(await answered).toMatch(/^HTTP\/1\.1 408 /);
});

test.each([
  ['of a length that is told', 'Content-Length: 100000\r\n\r\n{', ' '],
  ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n', '1\r\n \r\n'],
])('a body %s that drips is waited for no longer than two seconds', async (_, begin, more) => {
  const socket = await open();
  socket.write(`${post}${begin}`);
  drip(socket, more);
  const answered = readToEnd(socket);
  await others();
  expect(await answered).not.toMatch(/^HTTP\/1\.1 200 /);
});

test('a body that stops half-way is waited for no longer either', async () => {
  const socket = await open();
  socket.write(`${post}Content-Length: 100000\r\n\r\n{"query":"{ viewer`);
  expect(await readToEnd(socket)).not.toMatch(/^HTTP\/1\.1 200 /);
});

test('300 connections that say nothing keep nobody out, and are closed', async ({ task }) => {
  task.meta.attempts = 300;
  const sockets = await Promise.all(Array.from({ length: 300 }, open));
  const closed = Promise.all(sockets.map(readToEnd));
  await others();
  await closed;
  await others();
});
