import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Database } from '../../src/database/database.ts';
import { recountQuota } from '../../src/database/recount-quota.ts';
import { encodeGlobalId } from '../../src/graphql/global-ids.ts';
import type { Answer, Client, Variables } from './client.ts';
import type { Darkroom } from './darkroom.ts';

export const generateWithin = /* GraphQL */ `
  mutation ($input: GenerateImageInput!, $key: String) {
    generateImage(input: $input, idempotencyKey: $key) {
      __typename
      ... on GenerateImageSuccess { replayed generation { id } }
      ... on QuotaExceeded { message quota { kind limit used reserved resetsAt } }
      ... on QueueFull { retryAfterSeconds }
      ... on UserError { message }
    }
  }
`;

const setQuota = /* GraphQL */ `
  mutation ($userId: ID!, $quota: QuotaInput!) {
    setQuota(userId: $userId, quota: $quota) {
      __typename
      ... on SetQuotaSuccess { quota { kind limit used reserved resetsAt } }
      ... on InvalidInput { issues { path message } }
      ... on UserError { message }
    }
  }
`;

const readQuota = '{ viewer { id quota { kind limit used reserved resetsAt } } }';

/** What a user's quota says, by kind. */
export async function quotaOf(client: Client): Promise<Record<string, Record<string, unknown>>> {
  const { viewer } = await client.query(readQuota);
  return Object.fromEntries(viewer.quota.map((quota: { kind: string }) => [quota.kind, quota]));
}

export interface LimitedUser {
  readonly id: string;
  readonly client: Client;
}

/** A new user with these limits. */
export async function createLimitedUser(darkroom: Darkroom, quota: Variables): Promise<LimitedUser> {
  const client = darkroom.as(`user-${randomUUID()}`);
  const { viewer } = await client.query('{ viewer { id } }');
  expect(await changeQuota(darkroom, viewer.id, quota)).toMatchObject({ __typename: 'SetQuotaSuccess' });
  return { id: viewer.id, client };
}

/** By an administrator. */
export async function changeQuota(darkroom: Darkroom, userId: string, quota: Variables): Promise<Answer['data']> {
  const answer = await askForQuota(darkroom, { userId, quota });
  expect(answer.errors).toBeUndefined();
  return answer.data.setQuota;
}

export async function askForQuota(darkroom: Darkroom, variables: Variables): Promise<Answer> {
  const admin = darkroom.as('admin');
  await admin.query('{ viewer { id } }');
  await darkroom.database.prisma.user.updateMany({ where: { subject: 'admin' }, data: { role: 'ADMIN' } });
  return admin.ask(setQuota, variables);
}

/** A key of this user, with its client. */
export async function createKey({ database, as }: Darkroom, user: string, quota: Record<string, string>) {
  const { id: userId } = await database.prisma.user.findFirstOrThrow({ where: { subject: user } });
  const id = randomUUID();
  await database.prisma.apiKey.create({
    data: {
      id,
      userId,
      name: 'a key',
      prefix: id,
      secretHash: Buffer.of(1),
      scopes: ['GENERATE'],
      createdAt: new Date(),
      quota,
    },
  });
  return { id: encodeGlobalId('ApiKey', id), client: as(`${user};${id}`) };
}

export const toNames = (answers: readonly { readonly __typename: string }[]) =>
  answers.map(({ __typename }) => __typename).toSorted();

/** Every counter says what the generations and the ledger say. */
export async function expectCounted(database: Database): Promise<void> {
  const { rows } = await database.pool.query<{ id: string }>('SELECT "subjectId" AS id FROM "QuotaCounter"');
  for (const { id } of rows) {
    const before = await database.prisma.quotaCounter.findUniqueOrThrow({ where: { subjectId: id } });
    const wasWrong = await database.transaction((connection) => recountQuota(connection, id));
    const after = await database.prisma.quotaCounter.findUniqueOrThrow({ where: { subjectId: id } });
    expect(before).toEqual(after);
    expect(wasWrong).toBe(false);
  }
}
