import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { migrationsDirectory } from '../../src/database/migration-files.ts';

/** This version's migrations in a folder that a test may change, and that goes with it. */
export async function copyMigrations(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-migrations-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await cp(migrationsDirectory, directory, { recursive: true });
  return directory;
}
