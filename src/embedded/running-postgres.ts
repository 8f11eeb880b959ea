import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readPassword, superuser } from './postgres-cluster.ts';
import { postmasterPidFile } from './postgres-server.ts';

/** The address of the PostgreSQL that another process runs in this data directory; undefined where none is ready. */
export async function findRunningPostgres(dataDirectory: string): Promise<string | undefined> {
  const directory = join(resolve(dataDirectory), 'postgres');
  // Its lines: https://www.postgresql.org/docs/current/storage-file-layout.html, and pidfile.h of its source.
  const lines = (await readFile(postmasterPidFile(directory), 'utf8').catch(() => '')).split('\n');
  const port = Number(lines[3]);
  if (!(port > 0) || lines[7]?.trim() !== 'ready') return undefined;
  return `postgresql://${superuser}:${await readPassword(directory)}@127.0.0.1:${port}/postgres`;
}
