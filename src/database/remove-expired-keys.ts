import type { Connection } from './database.ts';

/** Makes room: expired idempotency keys count as free already. */
export async function removeExpiredKeys(connection: Connection, at: Date): Promise<void> {
  const text = 'DELETE FROM "IdempotencyKey" WHERE "expiresAt" <= $1';
  await connection.query({ name: 'remove-expired-keys', text, values: [at] });
}
