import type { Connection } from './database.ts';

export interface WebhookAttemptKey {
  readonly generationId: string;
  readonly number: number;
  readonly provider: string;
}

export interface WebhookAttempt {
  readonly model: string;
  readonly webhookToken: string;
}

/** Undefined where there is no such attempt, or none that its provider was asked to tell of. */
export async function findWebhookAttempt(
  connection: Connection,
  { generationId, number, provider }: WebhookAttemptKey,
): Promise<WebhookAttempt | undefined> {
  const text = `
    SELECT model, "webhookToken" FROM "Attempt"
    WHERE "generationId" = $1 AND number = $2 AND provider = $3 AND "webhookToken" IS NOT NULL`;
  const values = [generationId, number, provider];
  const { rows } = await connection.query<WebhookAttempt>({ name: 'find-webhook-attempt', text, values });
  return rows[0];
}
