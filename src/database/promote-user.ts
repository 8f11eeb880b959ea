import type { Connection } from './database.ts';

/** False for one who was an admin before. */
export async function promoteUser(connection: Connection, userId: string): Promise<boolean> {
  const text = `UPDATE "User" SET role = 'ADMIN' WHERE id = $1 AND role <> 'ADMIN'`;
  const result = await connection.query({ name: 'promote-user', text, values: [userId] });
  return result.rowCount === 1;
}
