import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '../domain/start-error.ts';
import { readChildEnvironment } from './child-environment.ts';
import { findPostgresAccount } from './postgres-account.ts';
import type { PostgresBinaries } from './postgres-binaries.ts';

const run = promisify(execFile);

export const superuser = 'darkroom';

export interface ClusterOptions {
  readonly binaries: PostgresBinaries;
  readonly directory: string;
  readonly durability: 'kept' | 'throwaway';
}

export function hasCluster(directory: string): Promise<boolean> {
  return access(join(directory, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

export async function readPassword(directory: string): Promise<string> {
  const file = passwordFile(directory);
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new StartError(`The password of the database in ${directory} cannot be read from ${file}.`, { cause });
  }
}

/** Made beside its final place and renamed when it is complete: a start that was interrupted leaves no half cluster. */
export async function createCluster({ binaries, directory, durability }: ClusterOptions): Promise<void> {
  const unfinished = `${directory}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const runAs = await findPostgresAccount({ directory: unfinished, postgres: binaries.postgres });
  const {
    command,
    arguments: list,
    ...account
  } = runAs({
    command: binaries.initdb,
    arguments: initdbArguments({ directory: unfinished, durability, passwordFile: passwordFile(directory) }),
  });
  await rm(passwordFile(directory), { force: true });
  await writeFile(passwordFile(directory), `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  if (account.uid !== undefined) await chown(passwordFile(directory), account.uid, account.gid ?? account.uid);
  try {
    await run(command, [...list], { ...account, cwd: '/', env: readChildEnvironment() });
    await rename(unfinished, directory);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`The database could not be created in ${directory}: ${reason}`, { cause });
  }
}

function passwordFile(directory: string): string {
  return join(dirname(directory), 'postgres-password');
}

interface InitdbOptions {
  readonly directory: string;
  readonly durability: 'kept' | 'throwaway';
  readonly passwordFile: string;
}

function initdbArguments({ directory, durability, passwordFile }: InitdbOptions): readonly string[] {
  return [
    `--pgdata=${directory}`,
    `--username=${superuser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    // The same order and the same letters on every machine, whatever locales it has.
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(durability === 'throwaway' ? ['--no-sync'] : []),
  ];
}
