import type { Database } from '../database/database.ts';
import { recogniseUser } from '../database/recognise-user.ts';
import type { Clock } from '../domain/clock.ts';
import { type Authentication, beliefMilliseconds } from './authentication.ts';
import type { Identity } from './identity.ts';
import { createShortMemory } from './short-memory.ts';
import { allScopes, type Viewer } from './viewer.ts';

type Dependencies = { readonly database: Database; readonly clock: Clock; readonly createId: () => string };

const person = { issuer: 'local', subject: 'local', name: 'Local user', email: null };

/**
 * Where no identity is configured, everybody who reaches the server is the same local user. The row is made on the first start, and
 * again when the data of the one before was deleted: other processes notice within seconds.
 */
export async function createLocalIdentity({
  database,
  clock,
  createId,
}: Dependencies): Promise<Identity & Pick<Authentication, 'forget'>> {
  const users = createShortMemory<Viewer>({ clock, milliseconds: beliefMilliseconds, maxEntries: 1 });
  const recognise = async (): Promise<Viewer> => {
    const { id } = await recogniseUser(database.pool, { ...person, id: createId() });
    return { id, role: 'ADMIN', scopes: allScopes, credential: { kind: 'local' }, expiresAt: null };
  };
  const authenticate = () => users.recall(person.subject, recognise);
  await authenticate();
  return {
    authenticate,
    findUnwelcome: async () => [],
    forget: (userId) => users.forget(({ id }) => id === userId),
  };
}
