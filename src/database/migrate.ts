import pg from 'pg';
import { StartError } from '../domain/start-error.ts';
import type { Logger } from '../log.ts';
import { createMigrationEngine } from './migration-engine.ts';
import { type Migration, migrationsDirectory, readMigrations } from './migration-files.ts';

export interface MigrateOptions {
  readonly url: string;
  readonly log: Pick<Logger, 'info'>;
  /** Where the migrations are; those of this version unless told otherwise. */
  readonly directory?: string;
}

// Any number that nobody else locks in this database. Not Prisma's own (72707369), which the engine takes meanwhile.
const lockKey = 7_277_665_518;

/**
 * Brings the database to this version's schema. Of many processes that start at once one migrates and the others wait.
 * Throws `StartError` when the database is newer than this version, a migration failed, or nothing answers.
 */
export async function migrateDatabase({ url, log, directory = migrationsDirectory }: MigrateOptions): Promise<void> {
  const migrations = await readMigrations(directory);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A connection that breaks fails the statement that runs; without a listener it would end the process as well.
  client.on('error', () => undefined);
  await connect(client);
  try {
    if (findPending(migrations, await readHistory(client)).length === 0) return;
    await client.query('SELECT pg_advisory_lock($1)', [lockKey]);
    const pending = findPending(migrations, await readHistory(client));
    if (pending.length === 0) return;
    log.info({ migrations: pending }, 'migrating the database');
    await applyMigrations({ url, migrations, pending });
  } finally {
    await client.end();
  }
}

async function connect(client: pg.Client): Promise<void> {
  try {
    await client.connect();
  } catch (cause) {
    const { message } = cause instanceof AggregateError ? cause.errors[0] : (cause as Error);
    throw new StartError(`The database at ${client.host}:${client.port} cannot be reached: ${message}`, { cause });
  }
}

interface HistoryRow {
  readonly name: string;
  readonly finished: boolean;
  readonly logs: string | null;
}

async function readHistory(client: pg.Client): Promise<readonly HistoryRow[]> {
  const table = await client.query(`SELECT to_regclass('_prisma_migrations') IS NOT NULL AS "exists"`);
  if (!table.rows[0].exists) return [];
  const history = await client.query<HistoryRow>(
    `SELECT migration_name AS name, finished_at IS NOT NULL AS finished, logs
     FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  return history.rows;
}

/** The names of the migrations that the database lacks. Throws `StartError` when its history forbids to go on. */
function findPending(migrations: readonly Migration[], history: readonly HistoryRow[]): readonly string[] {
  const known = new Set(migrations.map(({ name }) => name));
  for (const { name, finished, logs } of history) {
    if (!known.has(name)) {
      throw new StartError(
        `The database was migrated by a newer Darkroom: this version does not know the migration ${name}. ` +
          'Start the newer version, or restore a backup from before it.',
      );
    }
    if (!finished) throw new StartError(describeFailure(name, logs));
  }
  const applied = new Set(history.map(({ name }) => name));
  return migrations.map(({ name }) => name).filter((name) => !applied.has(name));
}

function describeFailure(name: string, logs: string | null): string {
  return [
    `The migration ${name} failed or was cut off. A migration is one transaction: normally nothing of it is left.`,
    ...(logs ? [logs.trim()] : []),
    'When its cause is mended, let it run again with:',
    `UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = '${name}' AND finished_at IS NULL;`,
  ].join('\n');
}

interface ApplyOptions {
  readonly url: string;
  readonly migrations: readonly Migration[];
  readonly pending: readonly string[];
}

async function applyMigrations({ url, migrations, pending }: ApplyOptions): Promise<void> {
  await using engine = await createMigrationEngine(url);
  try {
    await engine.apply(migrations);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`The database could not be migrated (${pending.join(', ')}):\n${message}`, { cause });
  }
}
