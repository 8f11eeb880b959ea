import type { Database } from '../database/database.ts';
import type { Identity } from './identity.ts';
import { allScopes, type Viewer } from './viewer.ts';

type Dependencies = { readonly database: Database; readonly createId: () => string };

// One statement: of two processes that start on a new database, both find the row that one of them made.
const text = `
  INSERT INTO "User" (id, issuer, subject, name) VALUES ($1, 'local', 'local', 'Local user')
  ON CONFLICT (issuer, subject) DO UPDATE SET name = "User".name RETURNING id`;

/** Where no identity is configured, everybody who reaches the server is the same local user. The row is made on the first start. */
export async function createLocalIdentity({ database, createId }: Dependencies): Promise<Identity> {
  const result = await database.pool.query<{ id: string }>(text, [createId()]);
  const [user] = result.rows;
  if (user === undefined) throw new Error('The local user could not be made.');
  const viewer: Viewer = {
    id: user.id,
    role: 'ADMIN',
    scopes: allScopes,
    credential: { kind: 'local' },
    expiresAt: null,
  };
  return { authenticate: async () => viewer, findUnwelcome: async () => [] };
}
