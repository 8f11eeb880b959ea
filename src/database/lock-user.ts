import type { Connection } from './database.ts';

/**
 * Until the end of the transaction nobody else counts what this user has. A statement of its own: one that had to wait would still
 * see what was there before. Nobody who only refers to the user waits for it.
 */
export async function lockUser(connection: Connection, userId: string): Promise<void> {
  const text = 'SELECT FROM "User" WHERE id = $1 FOR NO KEY UPDATE';
  await connection.query({ name: 'lock-user', text, values: [userId] });
}
