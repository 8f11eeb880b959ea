import { GraphQLError } from 'graphql';
import type { Identity } from '../../../src/accounts/identity.ts';
import { allScopes, type Scope, type Viewer } from '../../../src/accounts/viewer.ts';
import type { Database } from '../../../src/database/database.ts';
import type { Actor } from './samples.ts';

interface Account {
  /** Of the user, and in their order in the list of all. */
  readonly userId: string;
  readonly role: Viewer['role'];
  readonly scopes: ReadonlySet<Scope>;
}

/** Users in an order that is known: UUIDs of version 7. */
export function toUserId(position: number): string {
  return `01900000-0000-7000-8000-00000000000${position}`;
}

const readOnly: ReadonlySet<Scope> = new Set(['READ']);

/** Whose credentials are good, and for what. Nobody’s and a key that was revoked are not among them. */
const accounts: Readonly<Partial<Record<Actor, Account>>> = {
  owner: { userId: toUserId(2), role: 'USER', scopes: allScopes },
  'read-only key': { userId: toUserId(2), role: 'USER', scopes: readOnly },
  'another user': { userId: toUserId(1), role: 'USER', scopes: allScopes },
  administrator: { userId: toUserId(4), role: 'ADMIN', scopes: allScopes },
};

/** What an actor sends. */
export function toHeaders(actor: Actor): Readonly<Record<string, string>> {
  return actor === 'nobody' ? {} : { authorization: `Actor ${actor}` };
}

/** Knows the actors by name. */
export function createActorIdentity({ prisma }: Database): Identity {
  const authenticate = async ({ authorization }: { readonly authorization?: string | undefined }): Promise<Viewer> => {
    const account = accounts[(authorization ?? '').replace(/^Actor /, '') as Actor];
    if (account === undefined) throw createRefusal();
    const { userId: id, role, scopes } = account;
    await prisma.user.createMany({ data: { id, role, issuer: 'matrix', subject: id }, skipDuplicates: true });
    return { id, role, scopes, credential: { kind: 'token' }, expiresAt: null };
  };
  return { authenticate, findUnwelcome: async () => [] };
}

function createRefusal(): GraphQLError {
  const extensions = { code: 'UNAUTHENTICATED', http: { status: 401 } };
  return new GraphQLError('Credentials are missing or not valid.', { extensions });
}
