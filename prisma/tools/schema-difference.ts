import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMigrationEngine } from '../../src/database/migration-engine.ts';
import { migrationsDirectory, readMigrations, schemaFile } from '../../src/database/migration-files.ts';
import { startEmbeddedPostgres } from '../../src/embedded/embedded-postgres.ts';

/** The SQL that schema.prisma has and the migrations lack; undefined when they agree. Uses a server of its own. */
export async function findSchemaDifference(): Promise<string | undefined> {
  const [migrations, schema] = await Promise.all([readMigrations(migrationsDirectory), readFile(schemaFile, 'utf8')]);
  const directory = await mkdtemp(join(tmpdir(), 'darkroom-schema-'));
  try {
    await using postgres = await startEmbeddedPostgres({
      directory: join(directory, 'postgres'),
      durability: 'throwaway',
    });
    await using engine = await createMigrationEngine(postgres.url);
    return await engine.diff(migrations, schema);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
