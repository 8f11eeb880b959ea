import type { Connection } from './database.ts';

export interface Release {
  readonly generationId: string;
  readonly leaseToken: string;
}

const text = `
  UPDATE "Generation" SET "leaseToken" = NULL
  WHERE id = $1 AND "leaseToken" = $2 AND status IN ('RUNNING', 'CANCELLING')`;

/** Says that this run lets go on purpose: whoever takes over does not count it as a lost worker. */
export async function releaseGeneration(connection: Connection, { generationId, leaseToken }: Release): Promise<void> {
  await connection.query({ name: 'release-generation', text, values: [generationId, leaseToken] });
}
