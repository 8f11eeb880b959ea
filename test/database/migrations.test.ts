import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { migrateDatabase } from '../../src/database/migrate.ts';
import { createMigrationEngine } from '../../src/database/migration-engine.ts';
import { migrationsDirectory, readMigrations, schemaFile } from '../../src/database/migration-files.ts';
import { generationStatuses } from '../../src/domain/generation-status.ts';
import { eventTypes, generationStages } from '../../src/domain/progress.ts';
import { StartError } from '../../src/domain/start-error.ts';
import { copyMigrations } from '../support/migrations.ts';
import { createEmptyDatabase, createTestDatabase } from '../support/test-database.ts';

const logs: object[] = [];
const log = { info: (details: object) => logs.push(details) } as never;

interface HistoryRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

async function query<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<readonly Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

const readHistory = (url: string) =>
  query<HistoryRow>(
    url,
    'SELECT migration_name, checksum, finished_at IS NOT NULL AS finished FROM _prisma_migrations ORDER BY started_at',
  );

/** This version's migrations and one more, in a folder of their own. */
async function createNewerMigrations(name: string, sql: string): Promise<string> {
  const directory = await copyMigrations();
  await mkdir(join(directory, name));
  await writeFile(join(directory, name, 'migration.sql'), sql);
  return directory;
}

test('ten servers that start at once on an empty database migrate it once, and Prisma finds its own records', async () => {
  await using database = await createEmptyDatabase();
  logs.length = 0;
  await Promise.all(Array.from({ length: 10 }, () => migrateDatabase({ url: database.url, log })));
  expect(logs).toHaveLength(1);
  const migrations = await readMigrations(migrationsDirectory);
  const expected = migrations.map(({ name, sql }) => ({
    migration_name: name,
    checksum: createHash('sha256').update(sql).digest('hex'),
    finished: true,
  }));
  expect(await readHistory(database.url)).toEqual(expected);
  await using engine = await createMigrationEngine(database.url);
  expect(await engine.apply(migrations)).toEqual([]);
});

test('a database that is up to date is left alone', async () => {
  await using database = await createTestDatabase();
  const before = await readHistory(database.url);
  logs.length = 0;
  await migrateDatabase({ url: database.url, log });
  expect(logs).toEqual([]);
  expect(await readHistory(database.url)).toEqual(before);
});

test('a database of a newer version is refused by name', async () => {
  await using database = await createTestDatabase();
  const directory = await createNewerMigrations('29990101000000_colours', 'CREATE TABLE "Colour" (id int);');
  await migrateDatabase({ url: database.url, log, directory });
  const migrating = migrateDatabase({ url: database.url, log });
  await expect(migrating).rejects.toBeInstanceOf(StartError);
  await expect(migrating).rejects.toThrow(
    'newer Darkroom: this version does not know the migration 29990101000000_colours',
  );
});

test('a migration that fails leaves nothing of itself, and is refused until somebody says that it may run again', async () => {
  await using database = await createTestDatabase();
  const name = '29990101000000_broken';
  const directory = await createNewerMigrations(name, 'CREATE TABLE "Half" (id int); SELECT 1/0;');
  const migrate = () => migrateDatabase({ url: database.url, log, directory });
  await expect(migrate()).rejects.toThrow(/29990101000000_broken[\s\S]*division by zero/);
  expect(await query(database.url, `SELECT 1 FROM pg_tables WHERE tablename = 'Half'`)).toEqual([]);
  const second = await migrate().catch((error: Error) => error);
  expect(second).toBeInstanceOf(StartError);
  expect(second?.message).toMatch(/The migration 29990101000000_broken failed or was cut off/);
  await writeFile(join(directory, name, 'migration.sql'), 'CREATE TABLE "Half" (id int);');
  await query(database.url, second?.message.split('\n').at(-1) ?? '');
  await migrate();
  expect(await query(database.url, `SELECT 1 FROM pg_tables WHERE tablename = 'Half'`)).toHaveLength(1);
});

test('a semicolon inside a text or a function body does not cut a migration', async () => {
  await using database = await createTestDatabase();
  const sql = `CREATE FUNCTION answer() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN 'a;b'; END $$;`;
  await migrateDatabase({
    url: database.url,
    log,
    directory: await createNewerMigrations('29990101000000_answer', sql),
  });
  expect(await query(database.url, 'SELECT answer()')).toEqual([{ answer: 'a;b' }]);
});

test('a database that does not answer is named, without its password', async () => {
  const url = new URL(inject('databaseUrl'));
  url.port = '1';
  const error = await migrateDatabase({ url: url.href, log }).catch((failure: Error) => failure);
  expect(error).toBeInstanceOf(StartError);
  expect(error?.message).toMatch(/^The database at 127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/);
  expect(error?.message).not.toContain(url.password);
});

test('the migrations and schema.prisma agree, and a difference is found', async () => {
  const [migrations, schema] = await Promise.all([readMigrations(migrationsDirectory), readFile(schemaFile, 'utf8')]);
  await using database = await createEmptyDatabase();
  await using engine = await createMigrationEngine(database.url);
  expect(await engine.diff(migrations, schema)).toBeUndefined();
  const changed = schema.replace('model User {', 'model User {\n  nickname String?\n');
  expect(await engine.diff(migrations, changed)).toContain('ADD COLUMN     "nickname" TEXT');
  expect(await query(database.url, `SELECT 1 FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
});

test('the database takes exactly the words that the code knows', async () => {
  await using database = await createTestDatabase();
  const checks = await query<{ readonly name: string; readonly definition: string }>(
    database.url,
    `SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
     WHERE contype = 'c' AND connamespace = 'public'::regnamespace`,
  );
  const words = Object.fromEntries(
    checks.map(({ name, definition }) => [name, definition.match(/(?<=')[A-Z_]+(?=')/g)]),
  );
  expect(words).toMatchObject({
    Generation_status_check: generationStatuses,
    GenerationEvent_status_check: generationStatuses,
    GenerationEvent_stage_check: generationStages,
    GenerationEvent_type_check: eventTypes,
    Prompt_source_check: ['USER', 'ENHANCER', 'PROVIDER'],
    GenerationInput_role_check: ['REFERENCE', 'MASK'],
    Image_origin_check: ['INPUT', 'GENERATED'],
    Attempt_kind_check: ['ENHANCE', 'GENERATE'],
    Attempt_outcome_check: ['RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'UNKNOWN'],
  });
});

test('ticks are unlogged, and searching prompts uses its index', async () => {
  await using database = await createTestDatabase();
  const [tick] = await query(
    database.url,
    `SELECT relpersistence, reloptions FROM pg_class WHERE relname = 'GenerationTick'`,
  );
  expect(tick).toMatchObject({ relpersistence: 'u', reloptions: expect.arrayContaining(['fillfactor=50']) });
  const client = new pg.Client(database.url);
  await client.connect();
  await client.query('SET enable_seqscan = off');
  const plan = await client.query(
    `EXPLAIN SELECT id FROM "Prompt" WHERE to_tsvector('simple', text) @@ plainto_tsquery('simple', 'fox')`,
  );
  await client.end();
  expect(JSON.stringify(plan.rows)).toContain('Prompt_text_search_idx');
});
