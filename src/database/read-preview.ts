import type { Connection } from './database.ts';
import type { TickPreview } from './record-ticks.ts';

export interface StoredPreview extends TickPreview {
  /** Counts the frames of a generation, from 1. */
  readonly number: number;
}

const text = `
  SELECT "previewNumber" AS number, "previewBytes" AS bytes, "previewMediaType" AS "mediaType",
    "previewWidth" AS width, "previewHeight" AS height
  FROM "GenerationTick" WHERE "generationId" = $1 AND "previewBytes" IS NOT NULL`;

/** The newest frame of a running generation; null when it has none, or has ended. */
export async function readPreview(connection: Connection, generationId: string): Promise<StoredPreview | null> {
  const result = await connection.query<StoredPreview>({ name: 'read-preview', text, values: [generationId] });
  return result.rows[0] ?? null;
}
