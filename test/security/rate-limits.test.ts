import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Identity } from '../../src/accounts/identity.ts';
import { Unauthenticated } from '../../src/accounts/unauthenticated.ts';
import { createSharedPoints } from '../../src/database/shared-points.ts';
import { createRateLimit } from '../../src/http/rate-limit.ts';
import { createRateLimits } from '../../src/http/rate-limits.ts';
import { createLogger } from '../../src/log.ts';
import type { Client } from '../support/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { closingOfNewSocket, openRawSocket } from '../support/raw-socket.ts';
import { createTestViewer } from '../support/test-viewer.ts';
import { askOver, transports } from './support/transports.ts';

const points = 200;
const failures = 5;
const config = {
  RATE_LIMIT_POINTS: points,
  RATE_LIMIT_FAILURES: failures,
  MAX_SOCKETS_PER_USER: 3,
};

let darkroom: Darkroom;
/** Another process on the same database. */
let other: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ config });
  other = await startDarkroom({ beside: darkroom, role: 'api', config });
});
afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await darkroom[Symbol.asyncDispose]();
});

const log = createLogger({ level: 'silent' });
const clock = { now: () => Date.now() };
const refusal = { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) };
// About ten points: one for each thing, and a tenth for what is a column.
const costly = '{ generations(first: 100) { edges { node { id } } } }';

async function spendAll(client: Client): Promise<void> {
  for (let asked = 0; asked < points; asked += 1) {
    if ((await client.ask(costly)).errors !== undefined) return;
  }
  throw new Error('Nothing was refused.');
}

function post({ url, headers }: Client, query: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query }),
  });
}

test.each(transports)('over %s, a user who has spent a minute is refused, and others are not', async (transport) => {
  const spender = darkroom.as(`spender over ${transport}`);
  await spendAll(spender);
  const { data, errors } = await askOver(transport, spender, costly);
  expect(data).toBeUndefined();
  expect(errors).toEqual([{ message: expect.stringContaining('Try again in'), extensions: refusal }]);
  const seconds = errors?.[0]?.extensions?.retryAfterSeconds;
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
  expect(await askOver(transport, darkroom.as(`other over ${transport}`), costly)).toHaveProperty('data.generations');
});

test('over HTTP the status is 429, with when to come back', async () => {
  const spender = darkroom.as('http');
  await spendAll(spender);
  const response = await post(spender, costly);
  expect(response.status).toBe(429);
  const { errors } = (await response.json()) as { errors: { extensions: { retryAfterSeconds: number } }[] };
  expect(response.headers.get('retry-after')).toBe(String(errors[0]?.extensions.retryAfterSeconds));
});

test('over a socket the operation is refused, and the socket lives on', async () => {
  const spender = darkroom.as('socket');
  await spendAll(spender);
  const { subscribe, answer, send, next, close } = await openRawSocket(spender);
  for (const id of ['1', '2']) {
    subscribe(id, costly);
    expect(await answer(id)).toMatchObject({ errors: [{ extensions: refusal }] });
  }
  send({ type: 'ping' });
  await expect.poll(async () => (await next()).type).toBe('pong');
  await close();
});

test('a mutation costs more than a query of as many fields', async () => {
  const count = async (client: Client, document: string) => {
    let asked = 0;
    while ((await client.ask(document)).errors === undefined) asked += 1;
    return asked;
  };
  expect(await count(darkroom.as('reader'), '{ node(id: "") { __typename } }')).toBe(points / 2);
  const cancel = 'mutation { cancelGeneration(id: "") { __typename } }';
  expect(await count(darkroom.as('writer'), cancel)).toBe(Math.floor(points / 12));
  const five = Array.from({ length: 5 }, (_, index) => `a${index}: cancelGeneration(id: "") { __typename }`).join(' ');
  const spread = `mutation { ...all } fragment all on Mutation { ${five} }`;
  expect(await count(darkroom.as('spreader'), spread)).toBe(Math.floor(points / 60));
});

test('what is refused for its size costs nothing', async () => {
  const client = darkroom.as('large');
  const large = '{ generations(first: 100) { edges { node { images { dataUrl } } } } }';
  for (let asked = 0; asked < points; asked += 1) {
    expect(await client.ask(large)).toMatchObject({ errors: [{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }] });
  }
  expect(await client.ask(costly)).toHaveProperty('data');
});

test('processes count together', async () => {
  await spendAll(darkroom.as('both'));
  const asked = async () => (await other.as('both').ask('{ __typename }')).errors?.[0]?.extensions?.code;
  await expect.poll(asked, { timeout: 10_000 }).toBe('RATE_LIMITED');
});

test('while the database is away, each process counts by itself', async () => {
  const broken = { query: () => Promise.reject(new Error('away')) } as never;
  const shared = createSharedPoints(broken, { kind: 'away', pointsPerMinute: 10 });
  expect(await shared.spend('a', 4)).toMatchObject({ spent: 4 });
  expect(await shared.spend('a', 4)).toMatchObject({ spent: 8 });
  expect((await shared.spend('a', 4)).spent).toBeGreaterThanOrEqual(10);
  expect(await shared.spend('b', 1)).toMatchObject({ spent: 1 });
});

describe('limits by themselves', () => {
  const options = { viewerPoints: 100, apiKeyPoints: 10, failures };

  test('a key that has spent its own leaves its user the rest', async () => {
    await using limits = createRateLimits({ database: darkroom.database, clock, log }, options);
    const viewer = createTestViewer(crypto.randomUUID());
    const withKey = { ...viewer, credential: { kind: 'api-key', apiKeyId: crypto.randomUUID() } } as const;
    limits.spend(withKey, 10);
    expect(() => limits.spend(withKey, 1)).toThrow('Try again in');
    limits.spend(viewer, 80);
    expect(() => limits.spend(viewer, 20)).toThrow('Try again in');
  });

  test('when the minute is over, all of it is there again', async () => {
    let now = Date.now();
    const limited = { database: darkroom.database, clock: { now: () => now }, log };
    await using limits = createRateLimits(limited, options);
    const viewer = createTestViewer(crypto.randomUUID());
    limits.spend(viewer, 100);
    expect(() => limits.spend(viewer, 1)).toThrow('Try again in');
    now += 61_000;
    limits.spend(viewer, 100);
  });

  test('what costs more than a minute has is let in where nothing else was', async () => {
    await using limits = createRateLimits({ database: darkroom.database, clock, log }, options);
    const viewer = createTestViewer(crypto.randomUUID());
    limits.spend(viewer, 1_000);
    expect(() => limits.spend(viewer, 1)).toThrow('Try again in');
  });

  test('a hundredth of what may be spent is told to other processes within a second, and less within five', async () => {
    let ahead = 0;
    const told: number[] = [];
    const shared = {
      async spend(_: string, spent: number) {
        told.push(spent);
        return { spent, milliseconds: 60_000 };
      },
    };
    const late = { now: () => Date.now() + ahead };
    await using limit = createRateLimit({ pointsPerMinute: 1_000, shared, clock: late, log });
    // Whoever asked first would be told first.
    limit.spend('a little', 9);
    limit.spend('a hundredth', 10);
    await expect.poll(() => told, { timeout: 5_000 }).toEqual([10]);
    ahead = 5_000;
    await expect.poll(() => told, { timeout: 5_000 }).toEqual([10, 9]);
  });

  test('all addresses of an IPv6 network are one', async () => {
    await using limits = createRateLimits({ database: darkroom.database, clock, log }, options);
    const fail = (address: string) =>
      limits.authenticate(address, () => Promise.reject(new Unauthenticated())).catch((error: Error) => error.name);
    for (let count = 0; count < failures; count += 1) {
      expect(await fail(`2001:db8:7:7::${count + 1}`)).toBe('Unauthenticated');
    }
    expect(await fail('2001:db8:7:7:ffff::1')).toBe('GraphQLError');
    expect(await fail('2001:db8:7:8::1')).toBe('Unauthenticated');
  });
});

test('an address whose credentials fail again and again is refused without a look at them', async () => {
  let looks = 0;
  const identity: Identity = {
    authenticate: async () => {
      looks += 1;
      throw new Unauthenticated();
    },
    findUnwelcome: async () => [],
  };
  await using guarded = await startDarkroom({ beside: darkroom, role: 'api', config, identity: () => identity });
  for (let count = 0; count < failures; count += 1) await guarded.client.ask('{ __typename }');
  expect(looks).toBe(failures);
  const response = await post(guarded.client, '{ __typename }');
  expect(response.status).toBe(429);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: refusal }] });
  expect(await closingOfNewSocket(guarded.client)).toBe('1013 Try again later');
  expect(looks).toBe(failures);
});

test('a user may have three sockets here, and a fourth is closed', async () => {
  const client = darkroom.as('many');
  const sockets = await Promise.all(Array.from({ length: 3 }, () => openRawSocket(client)));
  for (const { subscribe, answer } of sockets) {
    subscribe('1', '{ __typename }');
    expect(await answer('1')).toHaveProperty('data');
  }
  expect(await closingOfNewSocket(client)).toBe('4442 Too many sockets');
  // A place is free again when one of them has gone.
  await sockets[0]?.close();
  const later = () => openRawSocket(client).catch(() => undefined);
  await expect.poll(async () => (await later())?.close().then(() => 'let in'), { timeout: 10_000 }).toBe('let in');
  await Promise.all(sockets.map(({ close }) => close()));
});
