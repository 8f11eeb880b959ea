import type { Credentials, Identity } from '../../../src/accounts/identity.ts';
import { Unauthenticated } from '../../../src/accounts/unauthenticated.ts';
import type { Scope, Viewer } from '../../../src/accounts/viewer.ts';
import type { Database } from '../../../src/database/database.ts';
import { createTestIdentity } from '../../support/darkroom.ts';
import { toTestUser } from '../../support/test-viewer.ts';

/** An identity that a test tells whom to let in, and whom no longer. `Authorization: Test alice` and `Cookie: user=alice` are alice. */
export interface Gate {
  open(database: Database): Identity;
  /** From now on. */
  revoke(user: string): void;
  /** For whoever comes from now on. */
  expireAt(user: string, at: Date): void;
  limit(user: string, ...scopes: readonly Scope[]): void;
  /** Whether it can say who is unwelcome. */
  isAway: boolean;
  /** Who was asked about, each time. */
  readonly questions: readonly (readonly Viewer[])[];
  /** Resolves with the next question. */
  nextQuestion(): Promise<readonly Viewer[]>;
  /** The id of a user who has come in. */
  idOf(user: string): string;
}

export function createGate(): Gate {
  const ids = new Map<string, string>();
  const revoked = new Set<string>();
  const expiries = new Map<string, Date>();
  const limits = new Map<string, readonly Scope[]>();
  const questions: (readonly Viewer[])[] = [];
  let next = Promise.withResolvers<readonly Viewer[]>();

  const enter = async (users: Identity, credentials: Credentials): Promise<Viewer> => {
    const user = toTestUser(credentials) ?? /(?:^|; )user=(?<user>\w+)/.exec(credentials.cookie ?? '')?.groups?.user;
    if (user === undefined || revoked.has(user)) throw new Unauthenticated();
    const viewer = await users.authenticate({ authorization: `Test ${user}` });
    ids.set(user, viewer.id);
    const scopes = new Set(limits.get(user) ?? viewer.scopes);
    return { ...viewer, scopes, credential: { kind: 'token' }, expiresAt: expiries.get(user) ?? null };
  };
  const gate: Gate = {
    open(database) {
      const users = createTestIdentity(database);
      return {
        authenticate: (credentials) => enter(users, credentials),
        async findUnwelcome(viewers) {
          questions.push(viewers);
          next.resolve(viewers);
          next = Promise.withResolvers();
          if (gate.isAway) throw new Error('nobody knows');
          const unwelcome = [...revoked].map((user) => ids.get(user));
          return viewers.filter(({ id }) => unwelcome.includes(id));
        },
      };
    },
    revoke: (user) => void revoked.add(user),
    expireAt: (user, at) => void expiries.set(user, at),
    limit: (user, ...scopes) => void limits.set(user, scopes),
    isAway: false,
    questions,
    nextQuestion: () => next.promise,
    idOf: (user) => ids.get(user) ?? '',
  };
  return gate;
}
