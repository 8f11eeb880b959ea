import type { Connection } from './database.ts';

export interface AttemptKey {
  readonly generationId: string;
  readonly number: number;
}

/** The provider's own id of an attempt. Null while it is not known. */
export async function findRequestId(
  connection: Connection,
  { generationId, number }: AttemptKey,
): Promise<string | null> {
  const text = `SELECT "providerRequestId" AS id FROM "Attempt" WHERE "generationId" = $1 AND number = $2`;
  const query = { name: 'find-request-id', text, values: [generationId, number] };
  const result = await connection.query<{ id: string | null }>(query);
  return result.rows[0]?.id ?? null;
}
