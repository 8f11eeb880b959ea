import type { Connection } from './database.ts';

export interface LearntRequestId {
  readonly generationId: string;
  readonly number: number;
  readonly providerRequestId: string;
}

const uniqueViolation = '23505';

/**
 * Keeps the provider's own id of an attempt that has none: its process died before it could. Changes nothing where there is one,
 * or where another attempt has this one.
 */
export async function learnProviderRequestId(
  connection: Connection,
  { generationId, number, providerRequestId }: LearntRequestId,
): Promise<void> {
  const text = `
    UPDATE "Attempt" SET "providerRequestId" = $3
    WHERE "generationId" = $1 AND number = $2 AND "providerRequestId" IS NULL`;
  const values = [generationId, number, providerRequestId];
  try {
    await connection.query({ name: 'learn-provider-request-id', text, values });
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== uniqueViolation) throw error;
  }
}
