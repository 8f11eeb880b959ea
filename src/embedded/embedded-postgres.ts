import { resolve } from 'node:path';
import type { Logger } from '../log.ts';
import { type StopSignals, stopChild } from './child-process.ts';
import { findPostgresAccount } from './postgres-account.ts';
import { findPostgresBinaries } from './postgres-binaries.ts';
import { createCluster, hasCluster, readPassword, superuser } from './postgres-cluster.ts';
import { startPostgresServer } from './postgres-server.ts';

export interface EmbeddedPostgres extends AsyncDisposable {
  /** Of a superuser, on the database `postgres`. */
  readonly url: string;
}

export interface EmbeddedPostgresOptions {
  /** The cluster's directory. Its password and the server's log are kept beside it. */
  readonly directory: string;
  /** `throwaway` never waits for the disk: for tests. What is `kept` survives a power cut. */
  readonly durability?: 'kept' | 'throwaway';
  readonly log?: Pick<Logger, 'info' | 'error'>;
}

export const postgresStopSignals: StopSignals = { first: 'SIGINT', last: 'SIGQUIT', patienceMilliseconds: 15_000 };

/**
 * Starts PostgreSQL on a free port of the loopback interface, on a cluster that is made the first time.
 * Throws `StartError` when it is not installed or does not come up.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log, durability = 'kept' } = options;
  const directory = resolve(options.directory);
  const binaries = await findPostgresBinaries();
  if (!(await hasCluster(directory))) {
    log?.info({ directory }, 'creating the embedded PostgreSQL cluster');
    await createCluster({ binaries, directory, durability });
  }
  const [password, runAs] = await Promise.all([
    readPassword(directory),
    findPostgresAccount({ directory, postgres: binaries.postgres }),
  ]);
  const { child, port } = await startPostgresServer({ binaries, directory, durability, runAs });
  const reportEnd = () => log?.error({ directory }, 'the embedded PostgreSQL ended by itself');
  child.once('exit', reportEnd);
  return {
    url: `postgresql://${superuser}:${password}@127.0.0.1:${port}/postgres`,
    async [Symbol.asyncDispose]() {
      child.off('exit', reportEnd);
      await stopChild(child, postgresStopSignals);
    },
  };
}
