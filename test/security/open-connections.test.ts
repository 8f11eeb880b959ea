import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { allScopes } from '../../src/accounts/viewer.ts';
import { encodeGlobalId } from '../../src/graphql/global-ids.ts';
import { revokeKey } from '../accounts/documents.ts';
import { createTestClient } from '../support/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow, generate } from '../support/documents.ts';
import { submit } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { closingOf, closingOfNewSocket, openRawSocket } from '../support/raw-socket.ts';
import { createStage } from '../support/stage.ts';
import { createKey } from './support/actors.ts';
import { createGate } from './support/gate.ts';

const stage = createStage();
const hold = createHold();
const gate = createGate();
/** What is promised, and as much again for a busy machine. */
const patience = 10_000;
let darkroom: Darkroom;
let prompt: string;
let count = 0;
/** A new one for each test. */
let user: string;

beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider], identity: gate.open });
  prompt = stage.prompt(async function* ({ signal }) {
    yield* [];
    await hold.wait(signal);
  });
});
afterAll(async () => {
  hold.release();
  await darkroom[Symbol.asyncDispose]();
});
beforeEach(() => {
  user = `user${count++}`;
  gate.isAway = false;
});

/** The generation of somebody who waits for it. */
const begin = () => submit(darkroom.as(user), { prompt });

describe('connections of whoever may not be let in any more', () => {
  test('a socket that asks for nothing is closed when its key is revoked', { timeout: patience }, async () => {
    const { socket } = await openRawSocket(darkroom.as(user));
    gate.revoke(user);
    expect(await closingOf(socket)).toBe('4403 Credentials revoked');
    expect(await closingOfNewSocket(darkroom.as(user))).toBe('4403 Forbidden');
  });

  test('a socket with a subscription is closed, and leaves no mailbox', { timeout: patience }, async () => {
    const id = await begin();
    const { socket, subscribe, answer } = await openRawSocket(darkroom.as(user));
    subscribe('1', follow, { id });
    expect(await answer('1')).toHaveProperty('data.generationProgress');
    gate.revoke(user);
    expect(await closingOf(socket)).toBe('4403 Credentials revoked');
    await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
  });

  test('a stream of events ends, and leaves no mailbox', { timeout: patience }, async () => {
    const id = await begin();
    const events = darkroom.as(user).subscribeSse(follow, { id });
    expect((await events.next()).value).toHaveProperty('data.generationProgress');
    gate.revoke(user);
    await expect(Array.fromAsync(events)).rejects.toThrow('terminated');
    await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
  });

  test('a request that waits for its pictures is answered with 401', { timeout: patience }, async () => {
    const { url, headers } = darkroom.as(user);
    const body = JSON.stringify({ query: generate, variables: { input: { prompt }, waitSeconds: 60 } });
    const sent = { ...headers, 'content-type': 'application/json' };
    const answered = fetch(url, { method: 'POST', headers: sent, body });
    await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(1);
    gate.revoke(user);
    const response = await answered;
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
  });

  test('a socket and a stream end when their credentials expire', { timeout: patience }, async () => {
    const id = await begin();
    gate.expireAt(user, new Date(Date.now() + 2_500));
    const { socket, subscribe, answer } = await openRawSocket(darkroom.as(user));
    const closed = closingOf(socket);
    subscribe('1', follow, { id });
    expect(await answer('1')).toHaveProperty('data.generationProgress');
    const events = darkroom.as(user).subscribeSse(follow, { id });
    expect((await events.next()).value).toHaveProperty('data.generationProgress');
    await expect(Array.fromAsync(events)).rejects.toThrow('terminated');
    expect(await closed).toBe('4403 Credentials expired');
  });

  test('credentials that expire in ten thousand years close nothing', async () => {
    gate.expireAt(user, new Date('+012026-01-01T00:00:00Z'));
    const { subscribe, answer, close } = await openRawSocket(darkroom.as(user));
    await gate.nextQuestion();
    subscribe('1', '{ viewer { id } }');
    expect(await answer('1')).toHaveProperty('data.viewer.id');
    await close();
  });
});

test('sockets of others stay, and everybody is asked about once, however many sockets they have', async () => {
  const other = await openRawSocket(darkroom.as(`${user}other`));
  const own = await Promise.all([0, 1, 2].map(() => openRawSocket(darkroom.as(user))));
  const closed = Promise.all(own.map(({ socket }) => closingOf(socket)));
  await gate.nextQuestion();
  const viewers = await gate.nextQuestion();
  expect(viewers.map(({ id }) => id).sort()).toEqual([gate.idOf(user), gate.idOf(`${user}other`)].sort());
  gate.revoke(user);
  expect(new Set(await closed)).toEqual(new Set(['4403 Credentials revoked']));
  other.subscribe('1', '{ viewer { id } }');
  expect(await other.answer('1')).toHaveProperty('data.viewer.id');
  await other.close();
});

test('while nobody can say who is unwelcome everybody stays, and then whoever is revoked goes', async () => {
  const { socket, subscribe, answer } = await openRawSocket(darkroom.as(user));
  const closed = closingOf(socket);
  gate.isAway = true;
  gate.revoke(user);
  await gate.nextQuestion();
  await gate.nextQuestion();
  subscribe('1', '{ viewer { id } }');
  expect(await answer('1')).toHaveProperty('data.viewer.id');
  gate.isAway = false;
  expect(await closed).toBe('4403 Credentials revoked');
});

test('a hint of another process makes it look at once', async () => {
  const { close } = await openRawSocket(darkroom.as(user));
  await gate.nextQuestion();
  const looked = gate.nextQuestion();
  const begun = performance.now();
  const hint = { from: 'elsewhere', hints: [{ kind: 'unwelcome', userId: gate.idOf(user) }] };
  await darkroom.database.pool.query(`SELECT pg_notify('darkroom', $1)`, [JSON.stringify(hint)]);
  await looked;
  expect(performance.now() - begun).toBeLessThan(1_500);
  await close();
});

test('a key that is revoked at one process closes what is open at another, within five seconds', async () => {
  const options = { identity: 'configured', role: 'api', beside: darkroom } as const;
  await using one = await startDarkroom(options);
  await using two = await startDarkroom(options);
  const userId = randomUUID();
  await darkroom.database.prisma.user.create({ data: { id: userId, issuer: 'test', subject: userId } });
  const [managing, leaving] = await Promise.all(
    [0, 1].map(() => createKey(one.database, { userId, scopes: allScopes })),
  );
  const as = (url: string, secret = '') =>
    createTestClient({ url: `${url}/graphql`, headers: { authorization: `Bearer ${secret}` } });
  const { socket } = await openRawSocket(as(two.url, leaving?.secret));
  const closed = closingOf(socket);
  const begun = performance.now();
  const id = encodeGlobalId('ApiKey', leaving?.apiKeyId ?? '');
  const { revokeApiKey } = await as(one.url, managing?.secret).query(revokeKey, { id });
  expect(revokeApiKey).toHaveProperty('apiKey.revokedAt');
  expect(await closed).toBe('4403 Credentials revoked');
  expect(performance.now() - begun).toBeLessThan(5_000);
  const refusal = { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] };
  expect(await as(two.url, leaving?.secret).ask('{ viewer { id } }')).toMatchObject(refusal);
});

test('an operation on a socket is done as whoever opened it', async () => {
  const { socket, subscribe, answer, close } = await openRawSocket({
    url: darkroom.client.url,
    headers: { authorization: `Test ${user}` },
  });
  subscribe('1', '{ viewer { id } }');
  const { data } = (await answer('1')) ?? {};
  expect(data.viewer).toEqual((await darkroom.as(user).query('{ viewer { id } }')).viewer);
  const closed = once(socket, 'close');
  await close();
  await closed;
});
