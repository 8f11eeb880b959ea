import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import type { ClientOptions, Variables } from '../support/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow } from '../support/documents.ts';
import { submit } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { untilBlocked } from '../support/locks.ts';
import { openRawSocket } from '../support/raw-socket.ts';
import { createStage, paintAfter } from '../support/stage.ts';

const stage = createStage();
let darkroom: Darkroom;
let id: string;
const hold = createHold();

// One generation in which nothing happens.
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
  const prompt = stage.prompt(paintAfter(hold));
  id = await submit(darkroom.client, { prompt });
  await hold.reached;
});
afterAll(async () => {
  await darkroom.client.query(cancel, { id });
  await darkroom[Symbol.asyncDispose]();
});

const many = countOf(20);
const mailboxes = () => darkroom.app.hub.mailboxCount;

function countOf(length: number): readonly number[] {
  return Array.from({ length }, (_, index) => index);
}

test('clients that unsubscribe while nothing happens leave no mailbox behind, and their socket stays open', async () => {
  await using stack = new AsyncDisposableStack();
  const raw = await openRawSocket(darkroom.client);
  stack.defer(() => raw.close());
  for (const number of many) raw.subscribe(`s${number}`, follow, { id });
  for (const _ of many) expect((await raw.next()).type).toBe('next');
  expect(mailboxes()).toBe(many.length);
  for (const number of many) raw.send({ type: 'complete', id: `s${number}` });
  await expect.poll(mailboxes).toBe(0);
  raw.subscribe('again', follow, { id });
  expect(await raw.next()).toMatchObject({ type: 'next', id: 'again' });
});

test('sockets that are cut while nothing happens leave no mailbox behind', async () => {
  const sockets = await Promise.all(many.map(() => openRawSocket(darkroom.client)));
  for (const raw of sockets) raw.subscribe('s', follow, { id });
  await Promise.all(sockets.map((raw) => raw.next()));
  expect(mailboxes()).toBe(many.length);
  await Promise.all(sockets.map((raw) => raw.close()));
  await expect.poll(mailboxes).toBe(0);
});

test('event streams that are aborted while nothing happens leave no mailbox behind', async () => {
  const streams = many.map(() => darkroom.client.subscribeSse(follow, { id }));
  await Promise.all(streams.map((stream) => stream.next()));
  expect(mailboxes()).toBe(many.length);
  await Promise.all(streams.map((stream) => stream.return(undefined)));
  await expect.poll(mailboxes).toBe(0);
});

/** Keeps every look into the events waiting, so that a subscription is under way and has given nothing. */
async function lockEvents() {
  const client = await darkroom.database.pool.connect();
  await client.query('BEGIN; LOCK TABLE "GenerationEvent" IN ACCESS EXCLUSIVE MODE');
  return {
    async [Symbol.asyncDispose]() {
      await client.query('ROLLBACK');
      client.release();
    },
  };
}

test.for(['unsubscribe over WebSocket', 'cut the WebSocket', 'abort the event stream'] as const)(
  'clients that %s before their first event leave no mailbox behind',
  async (way) => {
    const { client } = darkroom;
    // Half of them would get the snapshot, half of them nothing at all.
    const questions = [{ id }, { id, afterSequence: 3 }, { id }, { id, afterSequence: 3 }];
    const sockets = await Promise.all(questions.map(() => openRawSocket(client)));
    const abort = new AbortController();
    const left: Promise<unknown>[] = [];
    {
      await using _lock = await lockEvents();
      for (const [index, question] of questions.entries()) {
        if (way === 'abort the event stream') left.push(askForEvents(client, question, abort.signal));
        else sockets[index]?.subscribe('s', follow, question);
      }
      await untilBlocked(darkroom.database, questions.length);
      if (way === 'abort the event stream') abort.abort();
      for (const raw of sockets) {
        if (way === 'unsubscribe over WebSocket') raw.send({ type: 'complete', id: 's' });
        if (way === 'cut the WebSocket') left.push(raw.close());
      }
      await Promise.allSettled(left);
    }
    await expect.poll(mailboxes).toBe(0);
    await Promise.all(sockets.map((raw) => raw.close()));
  },
);

async function askForEvents({ url, headers }: ClientOptions, variables: Variables, signal: AbortSignal) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...headers, accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ query: follow, variables }),
    signal,
  });
  return response.text();
}

test('a client that leaves while it is told much leaves no mailbox behind', async () => {
  const raw = await openRawSocket(darkroom.client);
  raw.subscribe('s', follow, { id });
  const first = (await raw.answer('s'))?.data.generationProgress;
  const snapshot = {
    ...first,
    generationId: decodeKey(id, 'Generation'),
    at: new Date(),
    startedAt: new Date(),
    type: 'CALLING_PROVIDER' as const,
    previewNumber: 0,
  };
  for (const tick of countOf(500)) darkroom.app.hub.deliver({ ...snapshot, tick: tick + 1 });
  await raw.close();
  await expect.poll(mailboxes).toBe(0);
});
