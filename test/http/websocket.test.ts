import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type WebSocket from 'ws';
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
afterEach(async () => {
  await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
  expect(await darkroom.client.query('{ viewer { id } }')).toHaveProperty('viewer.id');
});

const viewer = '{ viewer { id } }';
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
      `{ ${'a{'.repeat(20_000)}b${'}'.repeat(20_000)} }`,
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

test('forty operations on one socket leave nothing behind on it', async () => {
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on('warning', listen);
  const { subscribe, answer, send, close } = await openRawSocket(darkroom.client);
  for (let count = 0; count < 20; count++) {
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
  for (let count = 0; count < 40; count++) {
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
