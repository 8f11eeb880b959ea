import { createApiKeyHash } from '../src/accounts/api-key-hash.ts';
import { createApiKey } from '../src/accounts/create-api-key.ts';
import { operator } from '../src/accounts/to-actor.ts';
import { allScopes } from '../src/accounts/viewer.ts';
import { createAudit } from '../src/database/audit.ts';
import { connectDatabase } from '../src/database/database.ts';
import { createLogger } from '../src/log.ts';
import type { Workspace } from './services.ts';

export const pepper = 'the pepper of benchmarks, and nothing else';
const clock = { now: () => Date.now() };
const createId = () => crypto.randomUUID();

/** One key for each of these users, who are made where they are not there. */
export async function createKeys(workspace: Workspace, userIds: readonly string[]): Promise<readonly string[]> {
  const log = createLogger({ level: 'warn' });
  await using database = connectDatabase({ url: workspace.databaseUrl, maxConnections: 1, log });
  const tools = { database, clock, createId };
  const keys: string[] = [];
  for (const userId of userIds) {
    await database.pool.query(
      `INSERT INTO "User" (id, issuer, subject) VALUES ($1, 'bench', $2) ON CONFLICT DO NOTHING`,
      [userId, userId],
    );
    const order = { userId, name: 'bench', scopes: [...allScopes], expiresAt: null, grantable: allScopes };
    const audit = createAudit(tools, operator);
    const { secret } = await createApiKey({ ...tools, hashApiKey: createApiKeyHash(pepper) }, { ...order, audit });
    keys.push(secret);
  }
  return keys;
}
