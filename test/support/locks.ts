import { expect } from 'vitest';
import type { Database } from '../../src/database/database.ts';

/** Resolves when as many statements of this database as that wait for somebody else's lock. */
export async function untilBlocked({ pool }: Database, statements = 1): Promise<void> {
  const count = async () => {
    const { rows } = await pool.query(`SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`);
    return rows[0].n;
  };
  await expect.poll(count, { timeout: 5_000 }).toBeGreaterThanOrEqual(statements);
}
