import type { Config } from './config.ts';
import { createSecret, type Secret } from './domain/secret.ts';
import { type DataDirectory, openDataDirectory } from './embedded/data-directory.ts';
import { startEmbeddedAzurite } from './embedded/embedded-azurite.ts';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.ts';
import { findRunningPostgres } from './embedded/running-postgres.ts';
import type { Logger } from './log.ts';

/** What the app keeps its things in, given by the configuration or started by us. */
export interface Services {
  readonly databaseUrl: Secret;
  readonly storageConnectionString: Secret;
  /** Where embedded services keep their data; undefined when none runs. */
  readonly dataDirectory: string | undefined;
}

interface ServicesOptions {
  readonly config: Config;
  readonly log: Logger;
}

/** Starts what is not configured, and leaves its end to the stack. */
export async function startServices({ config, log }: ServicesOptions, stack: AsyncDisposableStack): Promise<Services> {
  const { DATABASE_URL: databaseUrl, AZURE_STORAGE_CONNECTION_STRING: storageConnectionString } = config;
  if (databaseUrl !== undefined && storageConnectionString !== undefined) {
    return { databaseUrl, storageConnectionString, dataDirectory: undefined };
  }
  const directory: DataDirectory = stack.use(await openDataDirectory(config.DATA_DIR));
  const startPostgres = async () =>
    createSecret(stack.use(await startEmbeddedPostgres({ directory: directory.postgres, log })).url);
  const startAzurite = async () =>
    createSecret(stack.use(await startEmbeddedAzurite({ directory: directory.azurite, log })).connectionString);
  const [database, storage] = await allOrNothing([
    databaseUrl ?? startPostgres(),
    storageConnectionString ?? startAzurite(),
  ]);
  return { databaseUrl: database, storageConnectionString: storage, dataDirectory: directory.path };
}

/**
 * The database alone, for a program that is soon done: the configured one, the embedded one of a server that runs, or else
 * the embedded one, started for the moment.
 */
export async function openDatabase({ config, log }: ServicesOptions, stack: AsyncDisposableStack): Promise<string> {
  if (config.DATABASE_URL !== undefined) return config.DATABASE_URL.reveal();
  const directory = await openDataDirectory(config.DATA_DIR).catch(async (error: unknown) => {
    const running = await findRunningPostgres(config.DATA_DIR);
    if (running === undefined) throw error;
    return running;
  });
  if (typeof directory === 'string') return directory;
  const { postgres } = stack.use(directory);
  return stack.use(await startEmbeddedPostgres({ directory: postgres, log })).url;
}

/** Waits for all before it throws, so that what is still starting is on the stack when that is closed. */
export async function allOrNothing<const Tasks extends readonly unknown[]>(tasks: Tasks) {
  await Promise.allSettled(tasks);
  return Promise.all(tasks);
}
