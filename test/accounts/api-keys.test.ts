import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Client, createTestClient } from '../support/client.ts';
import { type Darkroom, startDarkroom, testPepper } from '../support/darkroom.ts';
import { createKey, listKeys, revokeKey } from './documents.ts';

/** Where everybody comes in who says a name, and where keys are asked for: two servers on one database. */
let darkroom: Darkroom;
let guarded: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom();
  guarded = await startDarkroom({ beside: darkroom, identity: 'configured' });
});
afterAll(async () => {
  await guarded[Symbol.asyncDispose]();
  await darkroom[Symbol.asyncDispose]();
});

const allOfThem = ['READ', 'GENERATE', 'MANAGE'];

async function create(client: Client, input: object = {}) {
  const { createApiKey } = await client.query(createKey, { input: { name: 'a key', scopes: allOfThem, ...input } });
  return createApiKey;
}

function withKey(secret: string): Client {
  return createTestClient({ url: `${guarded.url}/graphql`, headers: { authorization: `Bearer ${secret}` } });
}

const whoAmI = '{ viewer { id } }';
const unauthenticated = {
  errors: [{ message: 'Credentials are missing or not valid.', extensions: { code: 'UNAUTHENTICATED' } }],
};

test('a key lets its user in, over HTTP, SSE and WebSocket', async () => {
  const { secret } = await create(darkroom.as('ann'));
  const { viewer } = await darkroom.as('ann').query(whoAmI);
  const client = withKey(secret);
  expect(await client.query(whoAmI)).toEqual({ viewer });
  for (const subscribe of [client.subscribe, client.subscribeSse]) {
    const events = await Array.fromAsync(subscribe('subscription { generationProgress(id: "x") { sequence } }'));
    expect(events).toMatchObject([{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }]);
  }
});

test('who shows no key, or a wrong one, gets status 401, for pictures too', async () => {
  for (const headers of [{}, { authorization: 'Bearer dk_live_wrong' }]) {
    for (const path of ['/graphql?query={viewer{id}}', '/images/aW1hZ2U/original']) {
      const { status } = await fetch(`${guarded.url}${path}`, { headers: { accept: 'application/json', ...headers } });
      expect({ path, status }).toEqual({ path, status: 401 });
    }
  }
});

test('the secret is shown once, and kept as an HMAC with the pepper', async () => {
  const client = darkroom.as('bea');
  const { apiKey, secret } = await create(client, { name: ' my  key ', scopes: ['GENERATE', 'READ', 'READ'] });
  expect(apiKey).toMatchObject({ name: 'my  key', scopes: ['READ', 'GENERATE'], lastUsedAt: null, revokedAt: null });
  expect(secret.startsWith(`${apiKey.prefix}_`)).toBe(true);
  const row = await darkroom.database.prisma.apiKey.findUniqueOrThrow({ where: { prefix: apiKey.prefix } });
  expect(Buffer.from(row.secretHash)).toEqual(createHmac('sha256', testPepper).update(secret).digest());
  expect(JSON.stringify(await client.query(listKeys))).not.toContain(secret.slice(17));
});

test('viewer.apiKeys shows the keys that are not revoked first, the newest before the older', async () => {
  const client = darkroom.as('cat');
  const names = ['one', 'two', 'three'];
  const made = [];
  for (const name of names) made.push(await create(client, { name }));
  await client.query(revokeKey, { id: made[2].apiKey.id });
  const { viewer } = await client.query(listKeys);
  expect(viewer.apiKeys.map(({ name }: { name: string }) => name)).toEqual(['two', 'one', 'three']);
  expect(await darkroom.as('somebody else').query(listKeys)).toEqual({ viewer: { apiKeys: [] } });
});

test('a key is a node for its user, and nothing for others', async () => {
  const { apiKey } = await create(darkroom.as('dan'));
  const document = 'query ($id: ID!) { node(id: $id) { ... on ApiKey { prefix } } }';
  expect(await darkroom.as('dan').query(document, apiKey)).toEqual({ node: { prefix: apiKey.prefix } });
  expect(await darkroom.as('eve').query(document, apiKey)).toEqual({ node: null });
});

test('everything that is wrong with the input is told at once', async () => {
  const input = { name: ' \u0007 ', scopes: [], expiresAt: '2020-01-01T00:00:00Z' };
  expect(await create(darkroom.as('fay'), input)).toMatchObject({
    __typename: 'InvalidInput',
    issues: [
      { path: ['input', 'name'], message: 'A name has no control characters.' },
      { path: ['input', 'scopes'], message: 'A key may do at least one thing.' },
      { path: ['input', 'expiresAt'], message: 'A key expires in the future.' },
    ],
  });
});

test.each([
  ['', 'A name has 1 to 100 characters.'],
  ['   ', 'A name has 1 to 100 characters.'],
  ['n'.repeat(101), 'A name has 1 to 100 characters.'],
  ['a\0b', 'A name has no control characters.'],
])('the name %j is refused', async (name, message) => {
  expect(await create(darkroom.as('fay'), { name })).toMatchObject({ issues: [{ path: ['input', 'name'], message }] });
});

test('a name of a hundred characters is taken, whatever they take in memory', async () => {
  expect(await create(darkroom.as('fay'), { name: '🗝'.repeat(100) })).toMatchObject({ apiKey: {} });
});

test('a key cannot give what it may not do itself', async () => {
  const { secret } = await create(darkroom.as('gil'), { scopes: ['MANAGE'] });
  expect(await create(withKey(secret), { scopes: allOfThem })).toMatchObject({
    issues: [{ path: ['input', 'scopes'], message: 'You may not READ, GENERATE yourself.' }],
  });
  const { viewer } = await darkroom.as('gil').query(listKeys);
  expect(viewer.apiKeys).toHaveLength(1);
});

test('a revoked key does not work any more, and revoking it again changes nothing', async () => {
  const client = darkroom.as('hal');
  const { apiKey, secret } = await create(client);
  await withKey(secret).query(whoAmI);
  const { revokeApiKey } = await client.query(revokeKey, { id: apiKey.id });
  expect(revokeApiKey.apiKey.revokedAt).not.toBeNull();
  await vi.waitFor(async () => expect(await withKey(secret).ask(whoAmI)).toMatchObject(unauthenticated), {
    timeout: 10_000,
  });
  expect(await client.query(revokeKey, { id: apiKey.id })).toEqual({ revokeApiKey });
});

test('a key can revoke itself', async () => {
  const { apiKey, secret } = await create(darkroom.as('ida'));
  expect(await withKey(secret).query(revokeKey, { id: apiKey.id })).toMatchObject({ revokeApiKey: { apiKey: {} } });
  expect(await withKey(secret).ask(whoAmI)).toMatchObject(unauthenticated);
});

test.each(['unknown', 'bare', 'of a generation', 'of somebody else'])('an id that is %s is NotFound', async (which) => {
  const { apiKey } = await create(darkroom.as('jan'));
  const uuid = '0192f0c0-0000-7000-8000-000000000001';
  const encode = (text: string) => Buffer.from(text).toString('base64url');
  const ids: Record<string, string> = {
    unknown: encode(`ApiKey:${uuid}`),
    bare: uuid,
    'of a generation': encode(`Generation:${uuid}`),
    'of somebody else': apiKey.id,
  };
  expect(await darkroom.as('kim').query(revokeKey, { id: ids[which] })).toEqual({
    revokeApiKey: { __typename: 'NotFound', message: 'There is no such API key.' },
  });
  expect((await darkroom.as('jan').query(listKeys)).viewer.apiKeys[0].revokedAt).toBeNull();
});

test('an expired key does not work any more', async () => {
  const { apiKey, secret } = await create(darkroom.as('lea'), { expiresAt: '9999-12-31T00:00:00Z' });
  await darkroom.database.prisma.apiKey.update({ where: { prefix: apiKey.prefix }, data: { expiresAt: new Date() } });
  expect(await withKey(secret).ask(whoAmI)).toMatchObject(unauthenticated);
});

test('a disabled user is refused with a key that was good', async () => {
  const { secret } = await create(darkroom.as('max'));
  await darkroom.database.prisma.user.updateMany({ where: { subject: 'max' }, data: { disabledAt: new Date() } });
  expect(await withKey(secret).ask(whoAmI)).toMatchObject(unauthenticated);
});

test('a hundred keys work at once, and of those that are asked for at the same time none is too many', async () => {
  const client = darkroom.as('nat');
  await create(client);
  const { quota: _, ...first } = await darkroom.database.prisma.apiKey.findFirstOrThrow({
    where: { user: { subject: 'nat' } },
  });
  const more = Array.from({ length: 94 }, (_, index) => ({ ...first, id: randomUUID(), prefix: `more ${index}` }));
  await darkroom.database.prisma.apiKey.createMany({ data: more });
  const last = await Promise.all(Array.from({ length: 10 }, () => create(client)));
  expect(last.filter(({ secret }) => secret !== undefined)).toHaveLength(5);
  expect(last.find(({ issues }) => issues !== undefined)).toMatchObject({
    issues: [{ path: ['input'], message: 'A user has at most 100 keys that work. Revoke one first.' }],
  });
  const { viewer } = await client.query(listKeys);
  await client.query(revokeKey, { id: viewer.apiKeys[0].id });
  expect(await create(client)).toHaveProperty('secret');
});

test('the last use is written down, once for many', async () => {
  const client = darkroom.as('ole');
  const { apiKey, secret } = await create(client);
  await Promise.all(Array.from({ length: 20 }, () => withKey(secret).query(whoAmI)));
  const read = async () => (await client.query(listKeys)).viewer.apiKeys[0].lastUsedAt;
  await vi.waitFor(async () => expect(await read()).not.toBeNull(), { timeout: 10_000 });
  expect(Date.parse(await read())).toBeGreaterThanOrEqual(Date.parse(apiKey.createdAt));
});

test('making and revoking leave an entry in the audit log, without the secret', async () => {
  const client = darkroom.as('pia');
  const { apiKey, secret } = await create(client);
  await client.query(revokeKey, { id: apiKey.id });
  await client.query(revokeKey, { id: apiKey.id });
  const row = await darkroom.database.prisma.apiKey.findUniqueOrThrow({ where: { prefix: apiKey.prefix } });
  const entries = await darkroom.database.prisma.auditEntry.findMany({
    where: { objectId: row.id },
    orderBy: { id: 'asc' },
  });
  const details = expect.objectContaining({ prefix: apiKey.prefix });
  expect(entries).toMatchObject([
    { action: 'api-key.create', userId: row.userId, credential: 'local', details },
    { action: 'api-key.revoke', userId: row.userId, credential: 'local', details },
  ]);
  expect(JSON.stringify(entries)).not.toContain(secret.slice(17));
});
