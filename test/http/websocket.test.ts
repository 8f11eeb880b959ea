import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { submit } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { closingOf, openRawSocket } from '../support/raw-socket.ts';
import { createStage, paintAll } from '../support/stage.ts';

const stage = createStage();
const hold = createHold();
let darkroom: Darkroom;
/** Of a generation that does not end before the last test has. */
let id: string;

beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
  const prompt = stage.prompt(async function* (order) {
    await hold.wait(order.signal);
    yield* paintAll(order);
  });
  id = await submit(darkroom.client, { prompt });
});
afterAll(async () => {
  hold.release();
  await darkroom[Symbol.asyncDispose]();
});
afterEach(async () => {
  await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
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

  test('a page of this server is welcome', async () => {
    const url = darkroom.url.replace(/^http/, 'ws');
    const socket = new WebSocket(`${url}/graphql`, protocol, { origin: darkroom.url });
    await once(socket, 'open');
    socket.close();
    await once(socket, 'close');
  });
});

describe('a mistake in a document is an error message, and the socket lives on', () => {
  test.each([
    ['a syntax error', 'subscription {', {}, 'GRAPHQL_PARSE_FAILED'],
    ['a field that there is not', 'subscription { nothing }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'two root fields',
      'subscription { generationProgress(id: "a") { tick } b: generationProgress(id: "b") { tick } }',
      {},
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['a variable that does not fit', follow, { id: { not: 'text' } }, 'BAD_USER_INPUT'],
    ['a variable that is missing', follow, {}, 'BAD_USER_INPUT'],
    ['an id that there is not', follow, { id: 'cat' }, 'NOT_FOUND'],
    ['a sequence that there is not', follow, { id: '', afterSequence: -1 }, 'NOT_FOUND'],
    [
      'a variable of a query that does not fit',
      'query ($a: Int!) { generations(first: $a) { edges { cursor } } }',
      { a: 'x' },
      'BAD_USER_INPUT',
    ],
    [
      'a document that is nested without end',
      `{ ${'a{'.repeat(50_000)}b${'}'.repeat(50_000)} }`,
      {},
      'GRAPHQL_PARSE_FAILED',
    ],
    [
      'two operations and no name',
      'query A { viewer { id } } query B { viewer { id } }',
      {},
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['an empty document', '', {}, 'GRAPHQL_PARSE_FAILED'],
  ])('%s', async (_, query, variables, code) => {
    const { subscribe, answer, close } = await openRawSocket(darkroom.client);
    subscribe('wrong', query, variables);
    const errors = (await answer('wrong'))?.errors;
    expect(errors).toHaveLength(1);
    expect(errors).toMatchObject([{ extensions: { code } }]);
    subscribe('right', viewer);
    expect(await answer('right')).toHaveProperty('data.viewer.id');
    await close();
  });
});

test('queries and mutations are answered over the socket, each once', async () => {
  const { subscribe, next, close } = await openRawSocket(darkroom.client);
  subscribe('query', viewer);
  const data = { viewer: { id: expect.any(String) } };
  expect(await next()).toEqual({ type: 'next', id: 'query', payload: { data } });
  expect(await next()).toEqual({ type: 'complete', id: 'query' });
  subscribe('mutation', 'mutation { generateImage(input: { prompt: "" }) { __typename } }');
  const refused = { generateImage: { __typename: 'InvalidInput' } };
  expect(await next()).toEqual({ type: 'next', id: 'mutation', payload: { data: refused } });
  expect(await next()).toEqual({ type: 'complete', id: 'mutation' });
  await close();
});

test('a hundred operations on one socket leave nothing behind on it', async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on('warning', listen);
  const { subscribe, answer, send, close } = await openRawSocket(darkroom.client);
  for (let count = 0; count < 50; count++) {
    subscribe(`q${count}`, viewer);
    expect(await answer(`q${count}`)).toHaveProperty('data');
    subscribe(`s${count}`, follow, { id });
    expect(await answer(`s${count}`)).toHaveProperty('data');
    send({ type: 'complete', id: `s${count}` });
  }
  await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
  await close();
  process.off('warning', listen);
  expect(warnings.map(({ message }) => message)).toEqual([]);
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

test.each([
  ['that completes', (socket: WebSocket) => socket.send(JSON.stringify({ type: 'complete', id: '1' }))],
  ['that closes its socket', (socket: WebSocket) => socket.close()],
  ['whose connection is cut', (socket: WebSocket) => socket.terminate()],
])('a subscriber %s leaves no mailbox', async (_, leave) => {
  const { socket, subscribe, answer, close } = await openRawSocket(darkroom.client);
  subscribe('1', follow, { id });
  expect(await answer('1')).toHaveProperty('data.generationProgress');
  expect(darkroom.app.hub.mailboxCount).toBe(1);
  leave(socket);
  await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
  await close();
});

test('subscribers that leave at once, before the first look is done, leave no mailbox', async () => {
  const patient = await openRawSocket(darkroom.client);
  for (let count = 0; count < 50; count++) {
    patient.subscribe(`${count}`, follow, { id });
    patient.send({ type: 'complete', id: `${count}` });
  }
  const hasty = await Promise.all(Array.from({ length: 10 }, () => openRawSocket(darkroom.client)));
  for (const { socket, subscribe } of hasty) {
    subscribe('1', follow, { id });
    socket.close();
  }
  patient.subscribe('last', viewer);
  expect(await patient.answer('last')).toHaveProperty('data');
  await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
  await Promise.all([patient, ...hasty].map(({ close }) => close()));
});

test('a client that never reads keeps nobody else from the news, and leaves no mailbox when it is gone', async () => {
  const deaf = await openRawSocket(darkroom.client);
  deaf.socket.pause();
  for (let count = 0; count < 20; count++) deaf.subscribe(`${count}`, follow, { id });
  await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(20);
  const other = await openRawSocket(darkroom.client);
  other.subscribe('1', follow, { id });
  expect(await other.answer('1')).toHaveProperty('data.generationProgress');
  await Promise.all([deaf.close(), other.close()]);
});
