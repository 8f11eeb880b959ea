import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect } from 'vitest';
import { migrateDatabase } from '../../../src/database/migrate.ts';
import { startProgram, stopChild } from '../../../src/embedded/child-process.ts';
import { openDataDirectory } from '../../../src/embedded/data-directory.ts';
import { findPostgresAccount } from '../../../src/embedded/postgres-account.ts';
import { findPostgresBinaries } from '../../../src/embedded/postgres-binaries.ts';
import { createCluster, readPassword, superuser } from '../../../src/embedded/postgres-cluster.ts';
import { findFreePort } from './free-port.ts';

/** A PostgreSQL for one test alone, which can be stopped, and started again at the same address. */
export interface OwnPostgres extends AsyncDisposable {
  /** Of a migrated database. */
  readonly url: string;
  /** `fast` rolls back what is under way, `immediate` is a crash. Resolves when it is gone. */
  stop(mode: keyof typeof stopSignals): Promise<void>;
  /** Resolves when it accepts connections. */
  start(): Promise<void>;
}

const stopSignals = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

export async function startOwnPostgres(): Promise<OwnPostgres> {
  await using stack = new AsyncDisposableStack();
  // By this prefix the next run finds and ends what a run that was killed has left.
  const path = await mkdtemp(join(tmpdir(), 'darkroom-test-'));
  stack.defer(() => rm(path, { recursive: true, force: true }));
  const { postgres: directory } = stack.use(await openDataDirectory(path));
  const binaries = await findPostgresBinaries();
  await createCluster({ binaries, directory, durability: 'throwaway' });
  const runAs = await findPostgresAccount({ directory, postgres: binaries.postgres });
  const port = await findFreePort();
  const flags = Object.entries({ ...settings, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const program = runAs({ command: binaries.postgres, arguments: ['-D', directory, ...flags] });
  const url = `postgresql://${superuser}:${await readPassword(directory)}@127.0.0.1:${port}/postgres`;
  let child: ChildProcess | undefined;
  const start = async () => {
    child = startProgram(program, ['ignore', 'ignore', 'ignore']);
    await expect.poll(() => answers(url), { timeout: 30_000 }).toBe(true);
  };
  stack.defer(async () => {
    if (child !== undefined) await stopChild(child, { first: 'SIGINT', last: 'SIGQUIT', patienceMilliseconds: 10_000 });
  });
  await start();
  await migrateDatabase({ url, log: { info: () => undefined } });
  const resources = stack.move();
  return {
    url,
    start,
    async stop(mode) {
      if (child === undefined || child.exitCode !== null) return;
      const exit = once(child, 'exit');
      child.kill(stopSignals[mode]);
      await exit;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

// It crashes, the machine does not: nothing has to wait for the disk.
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  synchronous_commit: 'on',
  max_connections: '200',
  jit: 'off',
  timezone: 'UTC',
};

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
