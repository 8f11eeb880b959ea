import { randomUUID } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApiKeyText } from '../../src/accounts/api-key-format.ts';
import { createApiKeyHash } from '../../src/accounts/api-key-hash.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { operator } from '../../src/accounts/to-actor.ts';
import { Unauthenticated } from '../../src/accounts/unauthenticated.ts';
import { allScopes, type Scope } from '../../src/accounts/viewer.ts';
import { createAudit } from '../../src/database/audit.ts';
import { type OpenIdentity, openIdentity } from '../accounts/open-identity.ts';

const pepper = 'a pepper of 32 characters and more';
let open: OpenIdentity;
beforeAll(async () => {
  open = await openIdentity({ API_KEY_PEPPER: pepper });
});
afterAll(() => open[Symbol.asyncDispose]());

const enter = (key: string) => open.identity.authenticate({ authorization: `Bearer ${key}` });
const nobody = (key: string) => expect(enter(key)).rejects.toThrow(Unauthenticated);

interface Wish {
  readonly scopes?: readonly Scope[];
  readonly expiresAt?: Date;
}

/** A key of a new user. */
async function make({ scopes = ['READ'], expiresAt }: Wish = {}) {
  const { id: userId } = await open.database.prisma.user.create({
    data: { id: randomUUID(), issuer: 'test', subject: randomUUID() },
  });
  const dependencies = { ...open, createId: randomUUID, hashApiKey: createApiKeyHash(pepper) };
  const audit = createAudit(dependencies, operator);
  const order = { userId, name: 'a key', scopes, expiresAt: expiresAt ?? null, grantable: allScopes, audit };
  return { userId, ...(await createApiKey(dependencies, order)) };
}

/** What the database is asked from here on, by the names of the statements: but for the last uses, which are written by a timer. */
function watchStatements() {
  const spy = vi.spyOn(open.database.pool, 'query');
  return {
    names() {
      const asked = spy.mock.calls.map(([statement]) => (statement as { readonly name?: string }).name);
      return asked.filter((name) => name !== 'record-key-uses');
    },
    [Symbol.dispose]: () => spy.mockRestore(),
  };
}

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** As somebody makes it up who knows how keys are written. */
function withChecksum(signed: string): string {
  let text = '';
  for (let rest = crc32(signed); rest > 0; rest = Math.floor(rest / 62)) text = `${digits[rest % 62]}${text}`;
  return `${signed}${text.padStart(6, '0')}`;
}

test('a key lets its user in with its scopes and its end', async () => {
  const expiresAt = new Date(Date.now() + 3_600_000);
  const { secret, userId, apiKeyId } = await make({ scopes: ['MANAGE', 'READ'], expiresAt });
  const viewer = await enter(secret);
  expect(viewer).toMatchObject({ id: userId, role: 'USER', credential: { kind: 'api-key', apiKeyId }, expiresAt });
  expect([...viewer.scopes]).toEqual(['READ', 'MANAGE']);
});

describe('without a look into the database a key is refused', () => {
  test.each<readonly [string, (key: string) => string]>([
    ['with a wrong checksum', (key) => `${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`],
    [
      'with a letter of its secret changed',
      (key) => `${key.slice(0, 30)}${key[30] === 'a' ? 'b' : 'a'}${key.slice(31)}`,
    ],
    ['with another prefix', (key) => key.replace('dk_live_', 'dk_test_')],
    ['without its last letter', (key) => key.slice(0, -1)],
    ['with a letter more', (key) => `${key}a`],
    ['in capitals', (key) => key.toUpperCase()],
    ['twice', (key) => `${key}${key}`],
    ['of its visible part alone', (key) => key.slice(0, 16)],
    ['of the two letters alone', () => 'dk_'],
    ['with a quote of SQL', (key) => `${key.slice(0, 16)}'--`],
    ['of a million letters', () => `dk_live_${'a'.repeat(1_000_000)}`],
  ])('%s', async (_, change) => {
    const { secret } = await make();
    using statements = watchStatements();
    await nobody(change(secret));
    expect(statements.names()).toEqual([]);
  });

  test.each<readonly [string, (key: string) => string]>([
    ['without its scheme', (key) => key],
    ['as Basic', (key) => `Basic ${Buffer.from(`${key}:`).toString('base64')}`],
    ['with another scheme', (key) => `Token ${key}`],
    ['with something behind it', (key) => `Bearer ${key} and more`],
    ['with a comma and another one', (key) => `Bearer ${key},Bearer ${key}`],
  ])('%s in the header', async (_, toHeader) => {
    const { secret } = await make();
    using statements = watchStatements();
    const refused = open.identity.authenticate({ authorization: toHeader(secret) });
    await expect(refused).rejects.toThrow(Unauthenticated);
    expect(statements.names()).toEqual([]);
  });

  test('in a cookie', async () => {
    const { secret } = await make();
    const refused = open.identity.authenticate({
      cookie: `authjs.session-token=${secret}; authorization=Bearer ${secret}`,
    });
    await expect(refused).rejects.toThrow(Unauthenticated);
  });
});

describe('a key with a right checksum', () => {
  test('that nobody made is refused', async () => {
    await nobody(createApiKeyText().text);
  });

  test('with the visible part of a real one and another secret is refused, without a further look', async () => {
    const { secret, prefix } = await make();
    await enter(secret);
    using statements = watchStatements();
    for (let times = 0; times < 100; times++) {
      await nobody(withChecksum(`${prefix}_${createApiKeyText().text.slice(17, 60)}`));
    }
    expect(statements.names()).toEqual([]);
    await expect(enter(secret)).resolves.toBeDefined();
  });

  test('with the secret of one and the visible part of another is refused', async () => {
    const [one, other] = [await make(), await make()];
    await nobody(withChecksum(`${other.prefix}_${one.secret.slice(17, 60)}`));
  });

  test('made with another pepper is refused', async () => {
    await using elsewhere = await openIdentity({ API_KEY_PEPPER: `${pepper}, but another one` });
    const { userId, apiKeyId, prefix, secret } = await make();
    const { quota: _, ...row } = await open.database.prisma.apiKey.findUniqueOrThrow({ where: { prefix } });
    await elsewhere.database.prisma.user.create({ data: { id: userId, issuer: 'test', subject: 'ann' } });
    await elsewhere.database.prisma.apiKey.create({ data: { ...row, id: apiKeyId } });
    const refused = elsewhere.identity.authenticate({ authorization: `Bearer ${secret}` });
    await expect(refused).rejects.toThrow(Unauthenticated);
  });

  test('a flood of them keeps nobody out, and takes four connections at most', async () => {
    const { secret } = await make();
    await enter(secret);
    let [atOnce, most] = [0, 0];
    const { pool } = open.database;
    const query = pool.query.bind(pool) as (...given: unknown[]) => Promise<unknown>;
    using _ = vi.spyOn(pool, 'query').mockImplementation((async (...given: unknown[]) => {
      if ((given[0] as { readonly name?: string }).name !== 'find-api-key') return query(...given);
      most = Math.max(most, ++atOnce);
      return query(...given).finally(() => atOnce--);
    }) as never);
    const flood = Array.from({ length: 200 }, () => nobody(createApiKeyText().text));
    await expect(enter(secret)).resolves.toBeDefined();
    await Promise.all(flood);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(4);
  });
});

describe('what was taken back', () => {
  test('a revoked key is refused at once where the word arrives, and within five seconds where it is lost', async () => {
    for (const isTold of [true, false]) {
      const { secret, prefix, userId } = await make();
      await enter(secret);
      await open.database.prisma.apiKey.update({ where: { prefix }, data: { revokedAt: new Date() } });
      if (isTold) open.identity.forget(userId);
      else open.clock.advance(5_001);
      await nobody(secret);
    }
  });

  test('a key that expires is refused from that moment on, though it was known', async () => {
    const { secret } = await make({ expiresAt: new Date(open.clock.now() + 2_000) });
    await enter(secret);
    open.clock.advance(2_001);
    await nobody(secret);
  });

  test('a user who was disabled is refused within five seconds, with every key', async () => {
    const { secret, userId } = await make();
    await enter(secret);
    await open.database.prisma.user.update({ where: { id: userId }, data: { disabledAt: new Date() } });
    open.clock.advance(5_001);
    await nobody(secret);
  });

  test('those who are here are found with one statement for all', async () => {
    const kept = await enter((await make()).secret);
    const [revoked, expired, disabled, gone] = [await make(), await make(), await make(), await make()];
    const leaving = [];
    for (const { secret } of [revoked, expired, disabled, gone]) leaving.push(await enter(secret));
    const { prisma } = open.database;
    await prisma.apiKey.update({ where: { prefix: revoked.prefix }, data: { revokedAt: new Date() } });
    await prisma.apiKey.update({ where: { prefix: expired.prefix }, data: { expiresAt: new Date() } });
    await prisma.user.update({ where: { id: disabled.userId }, data: { disabledAt: new Date() } });
    await prisma.user.delete({ where: { id: gone.userId } });
    using statements = watchStatements();
    expect(await open.identity.findUnwelcome([kept, ...leaving, kept])).toEqual(leaving);
    expect(statements.names()).toEqual(['find-unwelcome']);
    expect(await open.identity.findUnwelcome([])).toEqual([]);
  });
});

test('the key of an admin is an admin’s', async () => {
  const { secret, userId } = await make();
  await open.database.prisma.user.update({ where: { id: userId }, data: { role: 'ADMIN' } });
  expect(await enter(secret)).toMatchObject({ role: 'ADMIN' });
});

test('a key that is known costs no statement, and mostly less than 0.3 ms', async () => {
  const { secret } = await make();
  await enter(secret);
  using statements = watchStatements();
  const times = [];
  for (let count = 0; count < 1_000; count++) {
    const startedAt = performance.now();
    await enter(secret);
    times.push(performance.now() - startedAt);
  }
  expect(statements.names()).toEqual([]);
  expect(times.sort((a, b) => a - b)[500]).toBeLessThan(0.3);
});
