import type { Connection } from './database.ts';

export interface ClaimedKey {
  readonly userId: string;
  readonly key: string;
  readonly inputHash: string;
  /** May be written later in the same transaction. */
  readonly generationId: string;
  readonly at: Date;
  readonly expiresAt: Date;
}

// Whoever comes second waits here for the transaction of the first: after its commit the key is taken, after its rollback it
// is free. A row that stays as it is gets locked, so that nobody removes it before it is read.
const text = `
  INSERT INTO "IdempotencyKey" AS known ("userId", key, "inputHash", "generationId", "expiresAt")
  VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT ("userId", key) DO UPDATE SET "inputHash" = EXCLUDED."inputHash", "generationId" = EXCLUDED."generationId",
    "expiresAt" = EXCLUDED."expiresAt"
  WHERE known."expiresAt" <= $6`;

/** True when the key was free or had expired, and stands for this generation now. */
export async function claimIdempotencyKey(connection: Connection, claimed: ClaimedKey): Promise<boolean> {
  const { userId, key, inputHash, generationId, expiresAt, at } = claimed;
  const values = [userId, key, inputHash, generationId, expiresAt, at];
  const result = await connection.query({ name: 'claim-idempotency-key', text, values });
  return result.rowCount === 1;
}
