import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { openDataDirectory } from '../../src/embedded/data-directory.ts';
import { startEmbeddedAzurite } from '../../src/embedded/embedded-azurite.ts';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of the database from which test databases are made and dropped. */
    databaseUrl: string;
    /** A migrated database that nobody connects to: each test database is a copy of it. */
    templateDatabase: string;
    storageConnectionString: string;
  }
}

const templateDatabase = 'darkroom_template';
const directoryPrefix = 'darkroom-test-';

/** One PostgreSQL and one Azurite for the whole run, in a temporary directory. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  await using stack = new AsyncDisposableStack();
  await removeLeftovers();
  const path = await mkdtemp(join(tmpdir(), directoryPrefix));
  stack.defer(() => rm(path, { recursive: true, force: true }));
  const directory = stack.use(await openDataDirectory(path));
  const database = startDatabase(stack, directory.postgres);
  const storage = startStorage(stack, directory.azurite);
  // When one fails the other is still starting: it has to be there to be stopped.
  await Promise.allSettled([database, storage]);
  project.provide('databaseUrl', await database);
  project.provide('templateDatabase', templateDatabase);
  project.provide('storageConnectionString', await storage);
  const running = stack.move();
  return () => running.disposeAsync();
}

/** A run that was killed leaves its directory. One that still runs has a lock on it and keeps it. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(directoryPrefix)) continue;
    const path = join(tmpdir(), name);
    try {
      // Without it the run is just about to take the lock.
      await access(join(path, 'lock'));
      await using _leftover = await openDataDirectory(path);
      await rm(path, { recursive: true, force: true });
    } catch {
      // In use, or another account's.
    }
  }
}

async function startDatabase(stack: AsyncDisposableStack, directory: string): Promise<string> {
  const { url } = stack.use(await startEmbeddedPostgres({ directory, durability: 'throwaway' }));
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`CREATE DATABASE ${templateDatabase}`);
  await client.end();
  await migrateDatabase({ url: withDatabase(url, templateDatabase), log: { info: () => undefined } });
  return url;
}

async function startStorage(stack: AsyncDisposableStack, directory: string): Promise<string> {
  return stack.use(await startEmbeddedAzurite({ directory })).connectionString;
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = database;
  return changed.href;
}
