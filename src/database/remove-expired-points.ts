import type { Connection } from './database.ts';

/** Makes room: what was spent in a minute that is over counts for nothing. */
export async function removeExpiredPoints(connection: Connection, at: Date): Promise<void> {
  const text = 'DELETE FROM "RateLimit" WHERE expire <= $1';
  await connection.query({ name: 'remove-expired-points', text, values: [at.getTime()] });
}
