import { StartError } from '../domain/start-error.ts';
import type { Connection } from './database.ts';

interface Setting {
  readonly setting: string;
  readonly source: string;
  readonly database: string;
}

// As it is for our own connections: the database, the role and the URL may each set it.
const text = `SELECT setting, source, current_database() AS database FROM pg_settings WHERE name = 'synchronous_commit'`;

/** Throws `StartError` for a database that may forget a call that was paid although it said that it is written. */
export async function checkDurability(connection: Connection): Promise<void> {
  const { rows } = await connection.query<Setting>(text);
  const [found] = rows;
  if (found?.setting !== 'off') return;
  throw new StartError(
    `The database “${found.database}” has synchronous_commit=off (set by: ${found.source}): what it has confirmed is lost in a crash, ` +
      'and with it what providers were asked for and paid. Set it to on, for example by ' +
      `ALTER DATABASE "${found.database}" SET synchronous_commit = on, or where it was set off: in postgresql.conf, for the role, ` +
      'or in DATABASE_URL.',
  );
}
