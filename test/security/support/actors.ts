import { randomUUID } from 'node:crypto';
import { createApiKeyHash } from '../../../src/accounts/api-key-hash.ts';
import { createApiKey } from '../../../src/accounts/create-api-key.ts';
import { operator } from '../../../src/accounts/to-actor.ts';
import { allScopes, type Scope } from '../../../src/accounts/viewer.ts';
import { createAudit } from '../../../src/database/audit.ts';
import type { Database } from '../../../src/database/database.ts';
import { testPepper } from '../../support/darkroom.ts';

export const actors = [
  'owner',
  'another user',
  'nobody',
  'revoked key',
  'expired key',
  'read-only key',
  'generate-only key',
  'administrator',
] as const;
export type Actor = (typeof actors)[number];

/** Users in an order that is known: UUIDs of version 7. */
export function toUserId(position: number): string {
  return `01900000-0000-7000-8000-00000000000${position}`;
}

interface KeyOf {
  /** Of the user, and in their order in the list of all. */
  readonly userId: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Of the server. Default: that of tests. */
  readonly pepper?: string;
  /** What became of it. */
  readonly change?: { readonly revokedAt: Date } | { readonly expiresAt: Date };
}

const past = new Date('2020-01-01T00:00:00Z');

/** Everybody has a key, but for nobody. */
const keys: Readonly<Record<Exclude<Actor, 'nobody'>, KeyOf>> = {
  owner: { userId: toUserId(2), scopes: allScopes },
  'read-only key': { userId: toUserId(2), scopes: new Set(['READ']) },
  'generate-only key': { userId: toUserId(2), scopes: new Set(['GENERATE']) },
  'revoked key': { userId: toUserId(2), scopes: allScopes, change: { revokedAt: past } },
  'expired key': { userId: toUserId(2), scopes: allScopes, change: { expiresAt: past } },
  'another user': { userId: toUserId(1), scopes: allScopes },
  administrator: { userId: toUserId(4), scopes: allScopes },
};

/** Which scopes somebody has. Who is not let in may ask for all. */
export function toScopes(actor: Actor): ReadonlySet<Scope> {
  return actor === 'nobody' ? allScopes : keys[actor].scopes;
}

export function isOwners(actor: Actor): boolean {
  return actor !== 'nobody' && keys[actor].userId === keys.owner.userId;
}

/** What each of them sends. */
export type Credentials = Readonly<Record<Actor, Readonly<Record<string, string>>>>;

/** Makes the users, one more to whom nothing belongs that anybody has, and their keys. */
export async function createActors(database: Database): Promise<Credentials> {
  const data = [1, 2, 3, 4].map((position) => ({
    id: toUserId(position),
    role: position === 4 ? 'ADMIN' : 'USER',
    issuer: 'matrix',
    subject: `user ${position}`,
  }));
  await database.prisma.user.createMany({ data });
  const made = Object.entries(keys).map(async ([actor, key]) => {
    const { secret } = await createKey(database, key);
    return [actor, { authorization: `Bearer ${secret}` }];
  });
  return { nobody: {}, ...Object.fromEntries(await Promise.all(made)) };
}

/** As an operator makes one, by its id and its text. */
export async function createKey(database: Database, { userId, scopes, change, pepper = testPepper }: KeyOf) {
  const clock = { now: () => Date.now() };
  const dependencies = { database, clock, createId: randomUUID, hashApiKey: createApiKeyHash(pepper) };
  const audit = createAudit(dependencies, operator);
  const order = { userId, name: 'a key', scopes: [...scopes], expiresAt: null, grantable: allScopes, audit };
  const key = await createApiKey(dependencies, order);
  if (change !== undefined) await database.prisma.apiKey.update({ where: { id: key.apiKeyId }, data: change });
  return key;
}
