import type { Database } from '../database/database.ts';
import type { Clock } from '../domain/clock.ts';
import { beliefMilliseconds } from './authentication.ts';
import type { Identity } from './identity.ts';
import { createShortMemory } from './short-memory.ts';
import { allScopes, type Viewer } from './viewer.ts';

type Dependencies = { readonly database: Database; readonly clock: Clock; readonly createId: () => string };

// One statement: of two processes that start on a new database, both find the row that one of them made.
const text = `
  INSERT INTO "User" (id, issuer, subject, name) VALUES ($1, 'local', 'local', 'Local user')
  ON CONFLICT (issuer, subject) DO UPDATE SET name = "User".name RETURNING id`;

const find = `SELECT id FROM "User" WHERE issuer = 'local' AND subject = 'local'`;

export interface LocalIdentity extends Identity {
  /** Looks anew who it is with the next request: the data of the one before was deleted. */
  forget(userId: string): void;
}

/**
 * Where no identity is configured, everybody who reaches the server is the same local user. The row is made on the first start, and
 * again when the data of the one before was deleted: other processes notice within seconds.
 */
export async function createLocalIdentity(dependencies: Dependencies): Promise<LocalIdentity> {
  const { clock } = dependencies;
  const users = createShortMemory<Viewer>({ clock, milliseconds: beliefMilliseconds, maxEntries: 1 });
  const authenticate = () => users.recall('local', () => recognise(dependencies));
  await authenticate();
  return {
    authenticate,
    findUnwelcome: async () => [],
    forget: (userId) => users.forget(({ id }) => id === userId),
  };
}

async function recognise({ database, createId }: Dependencies): Promise<Viewer> {
  const found = await database.pool.query<{ id: string }>({ name: 'find-local-user', text: find });
  const made = found.rows.length > 0 ? found : await database.pool.query<{ id: string }>(text, [createId()]);
  const [user] = made.rows;
  if (user === undefined) throw new Error('The local user could not be made.');
  return { id: user.id, role: 'ADMIN', scopes: allScopes, credential: { kind: 'local' }, expiresAt: null };
}
