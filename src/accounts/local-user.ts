import type { Database } from '../database/database.ts';
import type { Authenticate } from './viewer.ts';

type Dependencies = { readonly database: Database; readonly createId: () => string };

// One statement: of two processes that start on a new database, both find the row that one of them made.
const text = `
  INSERT INTO "User" (id, issuer, subject, name) VALUES ($1, 'local', 'local', 'Local user')
  ON CONFLICT (issuer, subject) DO UPDATE SET name = "User".name RETURNING id`;

/** Until accounts exist, everybody who reaches the server is the same local user. The row is made on the first start. */
export async function createLocalAuthentication({ database, createId }: Dependencies): Promise<Authenticate> {
  const result = await database.pool.query<{ id: string }>(text, [createId()]);
  const [viewer] = result.rows;
  if (viewer === undefined) throw new Error('The local user could not be made.');
  return async () => viewer;
}
