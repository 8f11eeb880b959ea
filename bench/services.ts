import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrateDatabase } from '../src/database/migrate.ts';
import { startEmbeddedAzurite } from '../src/embedded/embedded-azurite.ts';
import { startEmbeddedPostgres } from '../src/embedded/embedded-postgres.ts';
import { createAzureImageStore } from '../src/storage/azure-image-store.ts';
import type { ImageStore } from '../src/storage/image-store.ts';

/** PostgreSQL and Azurite for all benchmarks, as in production: what is committed has reached the disk. */
export interface Services extends AsyncDisposable {
  /** A directory that goes with the services. */
  readonly directory: string;
  /** A migrated database and a container that nobody else uses. */
  createWorkspace(stack: AsyncDisposableStack, name: string): Promise<Workspace>;
}

export interface Workspace {
  readonly databaseUrl: string;
  readonly storageConnectionString: string;
  readonly containerName: string;
  /** For looking behind the API, and for ceilings. */
  readonly pool: pg.Pool;
  readonly images: ImageStore;
}

/** As many as the clients' connections. */
const maxConnections = 16;

export async function startServices(): Promise<Services> {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-bench-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  const postgres = stack.use(await startEmbeddedPostgres({ directory: join(directory, 'postgres') }));
  const azurite = stack.use(await startEmbeddedAzurite({ directory: join(directory, 'azurite') }));
  const resources = stack.move();
  return {
    directory,
    async createWorkspace(workspaceStack, name) {
      const databaseUrl = await createDatabase(postgres.url, `bench_${name}`);
      const storage = { connectionString: azurite.connectionString, containerName: `bench-${name}` };
      const pool = connectPool(databaseUrl);
      workspaceStack.defer(() => pool.end());
      const images = createAzureImageStore({ ...storage, clock: { now: () => Date.now() } });
      await images.prepare();
      const { connectionString: storageConnectionString, containerName } = storage;
      return { databaseUrl, storageConnectionString, containerName, pool, images };
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

export function connectPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: maxConnections });
  // A connection that is still closing when PostgreSQL stops.
  pool.on('error', () => undefined);
  return pool;
}

async function createDatabase(superuserUrl: string, name: string): Promise<string> {
  const client = new pg.Client(superuserUrl);
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(superuserUrl);
  url.pathname = name;
  await migrateDatabase({ url: url.href, log: { info: () => undefined } });
  return url.href;
}

/** How many rows a table has, under a condition. */
export async function countRows({ pool }: Pick<Workspace, 'pool'>, from: string): Promise<number> {
  const result = await pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${from}`);
  return result.rows[0]?.count ?? 0;
}
