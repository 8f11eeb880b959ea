import type { Database } from '../database/database.ts';
import { type RecognisedUser, recogniseUser } from '../database/recognise-user.ts';
import type { Clock } from '../domain/clock.ts';
import type { FindRole } from './admin-subjects.ts';
import { beliefMilliseconds } from './authentication.ts';
import type { Introduction } from './claims.ts';
import { createShortMemory } from './short-memory.ts';
import { Unauthenticated } from './unauthenticated.ts';
import type { Viewer } from './viewer.ts';

const maxUsers = 10_000;

export interface IntroductionsDependencies {
  readonly database: Pick<Database, 'pool'>;
  readonly clock: Clock;
  readonly createId: () => string;
  readonly findRole: FindRole;
}

/** Makes viewers of those for whom another system vouches. Their rows are made at first sight. */
export interface Introductions {
  /** Throws `Unauthenticated` for somebody who is disabled, and for what is over. */
  welcome(introduction: Introduction): Promise<Viewer>;
  forget(userId: string): void;
}

export function createIntroductions(dependencies: IntroductionsDependencies): Introductions {
  const { database, clock, createId, findRole } = dependencies;
  const users = createShortMemory<RecognisedUser>({ clock, milliseconds: beliefMilliseconds, maxEntries: maxUsers });
  const recognise = ({ issuer, claims }: Introduction) => {
    const { sub: subject, name = null, email = null } = claims;
    const person = { issuer, subject, name, email };
    const load = () => recogniseUser(database.pool, { ...person, id: createId() });
    return users.recall(JSON.stringify(person), load);
  };
  return {
    async welcome(introduction) {
      const { issuer, claims, scopes, credential } = introduction;
      // Without the tolerance that clocks get elsewhere: who is let in after the end would be sent away at once.
      if (claims.exp * 1000 <= clock.now()) throw new Unauthenticated();
      const { id, role, disabledAt } = await recognise(introduction);
      if (disabledAt !== null) throw new Unauthenticated();
      const verifiedEmail = claims.email_verified === true ? (claims.email ?? null) : null;
      return {
        id,
        role: findRole({ issuer, subject: claims.sub, verifiedEmail, role }),
        scopes,
        credential,
        expiresAt: new Date(claims.exp * 1000),
      };
    },
    forget: (userId) => users.forget(({ id }) => id === userId),
  };
}
