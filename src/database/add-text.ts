import type { Connection } from './database.ts';

export interface ModelText {
  readonly generationId: string;
  /** The run's: with another one in the row, nothing is written. */
  readonly leaseToken: string;
  readonly text: string;
}

/** What the model said beside its pictures, after what it said before. The same twice in a row is kept once, so that this may be repeated. */
export async function addText(connection: Connection, { generationId, leaseToken, text }: ModelText): Promise<void> {
  const statement = `
    UPDATE "Generation" SET text = COALESCE(text || E'\\n\\n', '') || $3::text
    WHERE id = $1 AND "leaseToken" = $2 AND (text IS NULL OR right(text, length($3)) <> $3)`;
  await connection.query({ name: 'add-text', text: statement, values: [generationId, leaseToken, text] });
}
