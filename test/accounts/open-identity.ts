import { randomUUID } from 'node:crypto';
import type { Config } from '../../src/config.ts';
import { readConfig } from '../../src/config.ts';
import { connectDatabase, type Database } from '../../src/database/database.ts';
import { type ConfiguredIdentity, createIdentity } from '../../src/identity.ts';
import { createLogger } from '../../src/log.ts';
import { createTestDatabase } from '../support/test-database.ts';

/** The identity of a configuration on a database of its own, with a clock that goes on by hand. */
export interface OpenIdentity extends AsyncDisposable {
  readonly identity: ConfiguredIdentity;
  readonly database: Database;
  /** Moves its time, and nobody else's. */
  readonly clock: { now(): number; advance(milliseconds: number): void };
  readonly config: Config;
}

const log = createLogger({ level: 'silent' });

export async function openIdentity(environment: Readonly<Record<string, string>>): Promise<OpenIdentity> {
  await using stack = new AsyncDisposableStack();
  const config = readConfig(environment, '/no/such/file');
  const { url } = stack.use(await createTestDatabase());
  const database = stack.use(connectDatabase({ url, maxConnections: 4, log }));
  let ahead = 0;
  const clock = {
    now: () => Date.now() + ahead,
    advance(milliseconds: number) {
      ahead += milliseconds;
    },
  };
  const identity = await createIdentity(config, { database, clock, createId: randomUUID, log }, stack);
  const resources = stack.move();
  return { identity, database, clock, config, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}
