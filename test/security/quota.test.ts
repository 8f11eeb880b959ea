import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { createKey, createLimitedUser, expectCounted, generateWithin, quotaOf, toNames } from '../support/quota.ts';

// Without a worker: what is submitted stays queued.
let darkroom: Darkroom;
let other: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ role: 'api' });
  other = await startDarkroom({ role: 'api', beside: darkroom });
});
afterAll(async () => {
  await other[Symbol.asyncDispose]();
  await darkroom[Symbol.asyncDispose]();
});

const input = { prompt: 'a cat' };
const hundred = Array.from({ length: 100 }, (_, index) => index);

/** A server that cannot keep up says so, and is asked again under the same key. */
async function askUntilAnswered(client: Client, key: string) {
  for (;;) {
    const { data, errors } = await client.ask(generateWithin, { input, key });
    if (errors === undefined) return data.generateImage;
    expect(errors[0]?.extensions?.code).toBe('UNAVAILABLE');
  }
}

test.each([
  ['USD in a day', { usdPerDay: '0.10' }, 'USD_PER_DAY'],
  ['USD in a month', { usdPerMonth: '0.1' }, 'USD_PER_MONTH'],
  ['requests in a minute', { perMinute: 10 }, 'PER_MINUTE'],
  ['generations in a day', { perDay: 10 }, 'PER_DAY'],
  ['generations that wait', { queued: 10 }, 'QUEUED'],
])('of a hundred requests at once, to two servers, a budget of ten %s accepts exactly ten', async (_, quota, kind) => {
  const user = await createLimitedUser(darkroom, quota);
  const elsewhere = other.as(user.client.headers.authorization?.replace('Test ', '') ?? '');
  const answers = await Promise.all(
    hundred.map(async (index) => {
      const client = index % 2 === 0 ? user.client : elsewhere;
      return askUntilAnswered(client, `${kind} ${index}`);
    }),
  );
  const refused = answers.filter(({ __typename }) => __typename === 'QuotaExceeded');
  expect(toNames(answers).filter((name) => name === 'GenerateImageSuccess')).toHaveLength(10);
  expect(refused).toHaveLength(90);
  for (const { quota } of refused) expect(quota.kind).toBe(kind);
  expect(Object.keys(await quotaOf(user.client))).toEqual([kind]);
  const { rows } = await darkroom.database.pool.query(
    `SELECT count(*)::int AS n FROM "Generation" g JOIN "User" u ON u.id = g."userId" WHERE u.subject = $1`,
    [user.client.headers.authorization?.replace('Test ', '')],
  );
  expect(rows[0].n).toBe(10);
  await expectCounted(darkroom.database);
});

test('another user’s requests are neither counted nor refused', async () => {
  const full = await createLimitedUser(darkroom, { perDay: 0 });
  const free = await createLimitedUser(darkroom, { perDay: 2 });
  expect((await full.client.query(generateWithin, { input })).generateImage.__typename).toBe('QuotaExceeded');
  expect((await free.client.query(generateWithin, { input })).generateImage.__typename).toBe('GenerateImageSuccess');
  expect((await quotaOf(full.client)).PER_DAY).toMatchObject({ limit: '0.000000', used: '0.000000' });
  expect((await quotaOf(free.client)).PER_DAY).toMatchObject({ limit: '2.000000', used: '1.000000' });
});

test('a key has limits of its own within those of its user, and what it is refused counts for neither', async () => {
  const user = await createLimitedUser(darkroom, { perDay: 3 });
  const name = user.client.headers.authorization?.replace('Test ', '') ?? '';
  const key = await createKey(darkroom, name, { PER_DAY: '2' });
  const ask = async (client: typeof key.client) => (await client.query(generateWithin, { input })).generateImage;
  expect(toNames(await Promise.all([1, 2, 3, 4].map(() => ask(key.client))))).toEqual([
    ...['GenerateImageSuccess', 'GenerateImageSuccess', 'QuotaExceeded', 'QuotaExceeded'],
  ]);
  expect((await quotaOf(user.client)).PER_DAY).toMatchObject({ used: '2.000000' });
  expect((await ask(key.client)).quota).toMatchObject({ kind: 'PER_DAY', limit: '2.000000', used: '2.000000' });
  const wide = await createKey(darkroom, name, { PER_DAY: '10' });
  expect(await ask(wide.client)).toMatchObject({ __typename: 'GenerateImageSuccess' });
  expect((await ask(wide.client)).quota).toMatchObject({ kind: 'PER_DAY', limit: '3.000000', used: '3.000000' });
  await expectCounted(darkroom.database);
});

test('a replay is answered when the quota is used up, and counts nothing', async () => {
  const user = await createLimitedUser(darkroom, { perDay: 1, perMinute: 1, queued: 1, usdPerDay: '0.01' });
  const ask = async (key: string) => (await user.client.query(generateWithin, { input, key })).generateImage;
  const answers = await Promise.all([ask('one'), ask('one'), ask('one')]);
  expect(new Set(answers.map((answer) => answer.generation.id)).size).toBe(1);
  expect(await ask('one')).toMatchObject({ replayed: true });
  expect(await ask('two')).toMatchObject({ __typename: 'QuotaExceeded' });
  expect(await ask('one')).toMatchObject({ replayed: true });
  expect((await quotaOf(user.client)).PER_DAY).toMatchObject({ used: '1.000000' });
});

test('another’s key gets no limits, and no key gives itself some; its user, signed in, does', async () => {
  const user = await createLimitedUser(darkroom, {});
  const key = await createKey(darkroom, user.client.headers.authorization?.replace('Test ', '') ?? '', {});
  const document = `mutation ($id: ID!, $quota: QuotaInput!) {
    setApiKeyQuota(id: $id, quota: $quota) { __typename ... on UserError { message } }
  }`;
  const limit = async (client: Client) => {
    const { setApiKeyQuota } = await client.query(document, { id: key.id, quota: { perDay: 7 } });
    return setApiKeyQuota.__typename;
  };
  const uuid = Buffer.from(key.id, 'base64url').toString().replace('ApiKey:', '');
  const kept = () =>
    darkroom.database.prisma.apiKey.findUniqueOrThrow({ where: { id: uuid }, select: { quota: true } });
  expect(await limit(darkroom.as('somebody else'))).toBe('NotFound');
  expect(await limit(key.client)).toBe('NotPossible');
  expect(await kept()).toEqual({ quota: {} });
  expect(await limit(user.client)).toBe('SetQuotaSuccess');
  expect(await kept()).toEqual({ quota: { PER_DAY: '7' } });
});
