import { once } from 'node:events';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow, generate } from '../support/documents.ts';
import { submit } from '../support/generations.ts';
import { untilBlocked } from '../support/locks.ts';
import { createStage } from '../support/stage.ts';

/** An api whose generations nobody runs. */
function startApi(): Promise<Darkroom> {
  return startDarkroom({ role: 'api', providers: [createStage().provider] });
}

test('a server that retires says that it is not ready, and still answers', async () => {
  await using api = await startApi();
  expect((await fetch(`${api.url}/health/ready`)).status).toBe(200);
  api.app.retire();
  const ready = await fetch(`${api.url}/health/ready`);
  expect(ready.status).toBe(503);
  expect(ready.headers.get('connection')).toBe('close');
  expect(await ready.json()).toEqual({ status: 'not ready', failing: ['this process, which stops'] });
  expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
  expect(await api.client.query('{ __typename }')).toEqual({ __typename: 'Query' });
});

test('who waits for the end of a generation is told how it stands', async () => {
  await using api = await startApi();
  const waiting = api.client.query(generate, { input: { prompt: 'nobody runs it' }, waitSeconds: 300 });
  await expect.poll(() => api.app.hub.mailboxCount, { timeout: 10_000 }).toBe(1);
  const closing = api[Symbol.asyncDispose]();
  expect(await waiting).toMatchObject({ generateImage: { generation: { status: 'QUEUED' } } });
  await closing;
});

test('sockets are closed one after the other, with a code by which clients connect again', async () => {
  await using api = await startApi();
  const sockets = Array.from({ length: 20 }, () => new WebSocket(api.client.url, 'graphql-transport-ws'));
  await Promise.all(sockets.map((socket) => once(socket, 'open')));
  const closings = sockets.map(async (socket) => {
    const [code] = await once(socket, 'close');
    return { code, at: performance.now() };
  });
  await api[Symbol.asyncDispose]();
  const closed = await Promise.all(closings);
  expect(closed.map(({ code }) => code)).toEqual(closed.map(() => 1001));
  const times = closed.map(({ at }) => at);
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(100);
});

test('event streams are cut, and their clients find what is new elsewhere', async () => {
  await using api = await startApi();
  const id = await submit(api.client, { prompt: 'nobody runs it' });
  const stream = api.client.subscribeSse(follow, { id });
  expect((await stream.next()).value.data.generationProgress).toMatchObject({ status: 'QUEUED', sequence: 1 });
  const next = stream.next();
  const failed = expect(next).rejects.toThrow('terminated');
  await api[Symbol.asyncDispose]();
  await failed;
});

test('a request that is being answered is answered to its end', async () => {
  await using api = await startApi();
  const held = await api.database.pool.connect();
  try {
    await held.query('BEGIN');
    await held.query('LOCK TABLE "Generation" IN ACCESS EXCLUSIVE MODE');
    const answer = api.client.query('{ generations { edges { node { id } } } }');
    await untilBlocked(api.database);
    const closing = api.app[Symbol.asyncDispose]();
    await held.query('COMMIT');
    expect(await answer).toEqual({ generations: { edges: [] } });
    await closing;
  } finally {
    held.release();
  }
});
