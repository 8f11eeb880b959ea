import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const migrationsDirectory = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
export const schemaFile = fileURLToPath(new URL('../../prisma/schema.prisma', import.meta.url));

export interface Migration {
  /** The folder's name: a timestamp and what it does. */
  readonly name: string;
  readonly sql: string;
}

/** All migrations of a folder, oldest first. */
export async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const read = async (name: string) => ({ name, sql: await readFile(join(directory, name, 'migration.sql'), 'utf8') });
  return Promise.all(names.sort().map(read));
}
