import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../domain/start-error.ts';
import { azuritePidFile, azuriteStopSignals } from './embedded-azurite.ts';
import { postgresStopSignals } from './embedded-postgres.ts';
import { stopOrphan } from './orphan.ts';
import { postmasterPidFile } from './postgres-server.ts';

/** A directory that this process alone uses until it is disposed of, or until the process ends, however it ends. */
export interface DataDirectory extends AsyncDisposable {
  readonly path: string;
  /** For `startEmbeddedPostgres`. */
  readonly postgres: string;
  /** For `startEmbeddedAzurite`. */
  readonly azurite: string;
}

/**
 * Creates the directory when it is missing, takes it, and stops what a killed process left running in it.
 * Throws `StartError` when it cannot be written or another process has it.
 */
export async function openDataDirectory(directory: string): Promise<DataDirectory> {
  const path = await createDirectory(resolve(directory));
  await using stack = new AsyncDisposableStack();
  stack.use(await takeLock(path));
  const postgres = join(path, 'postgres');
  const azurite = join(path, 'azurite');
  await Promise.all([
    stopOrphan({ pidFile: postmasterPidFile(postgres), directory: postgres, signals: postgresStopSignals }),
    stopOrphan({ pidFile: azuritePidFile(azurite), directory: azurite, signals: azuriteStopSignals }),
  ]);
  const owned = stack.move();
  return { path, postgres, azurite, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Resolves to its path without symbolic links: processes that were left over are recognized by it. */
async function createDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true });
    await writeFile(
      join(path, 'README'),
      'What the embedded PostgreSQL and Azurite of Darkroom keep. Delete it to start anew.\n',
    );
    return await realpath(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`The data directory ${path} cannot be written: ${reason}. Set DATA_DIR to another.`, {
      cause,
    });
  }
}

/**
 * SQLite's lock on a file is the system's: of two that come at once one gets it, and it goes with its process even when
 * that is killed. A file that names the owner has neither property; here it only tells a person who the owner is.
 * Nobody else may open the lock's file in this process: closing it once more would give the lock up.
 */
async function takeLock(path: string): Promise<AsyncDisposable> {
  const ownerFile = join(path, 'owner.pid');
  const lock = new DatabaseSync(join(path, 'lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    const owner = (await readFile(ownerFile, 'utf8').catch(() => '')).trim();
    throw new StartError(
      `The data directory ${path} is in use by ${owner === '' ? 'another process' : `process ${owner}`}. ` +
        'Stop that one, or set DATA_DIR to another directory.',
      { cause },
    );
  }
  await writeFile(ownerFile, `${process.pid}\n`);
  return {
    async [Symbol.asyncDispose]() {
      await writeFile(ownerFile, '');
      lock.close();
    },
  };
}
