import { type InputPlace, toInputPath } from '../domain/input-role.ts';
import { InputImageUnusable } from '../domain/user-errors.ts';
import type { Connection } from './database.ts';

/** One input of a generation: a stored image, or a URL that is still to be fetched. */
export interface NewInput extends InputPlace {
  readonly imageId: string | null;
  readonly sourceUrl: string | null;
}

// Held, so that an image which is being deleted is gone for us, or stays.
const text = `
  WITH held AS (
    SELECT id FROM "Image" WHERE id = ANY($4::uuid[]) FOR KEY SHARE
  )
  INSERT INTO "GenerationInput" ("generationId", position, role, "imageId", "sourceUrl")
  SELECT $1, input.position, input.role, input."imageId", input."sourceUrl"
  FROM unnest($2::int[], $3::text[], $4::uuid[], $5::text[]) AS input(position, role, "imageId", "sourceUrl")
  WHERE input."imageId" IS NULL OR input."imageId" IN (SELECT id FROM held)
  RETURNING position`;

/**
 * The inputs of a generation that is being accepted, in its transaction. Throws `InputImageUnusable` for an image that was
 * deleted since it was looked up.
 */
export async function insertInputs(
  connection: Connection,
  generationId: string,
  inputs: readonly NewInput[],
): Promise<void> {
  if (inputs.length === 0) return;
  const columns = [
    inputs.map(({ position }) => position),
    inputs.map(({ role }) => role),
    inputs.map(({ imageId }) => imageId),
    inputs.map(({ sourceUrl }) => sourceUrl),
  ];
  const query = { name: 'insert-inputs', text, values: [generationId, ...columns] };
  const result = await connection.query<{ position: number }>(query);
  const written = new Set(result.rows.map(({ position }) => position));
  const gone = inputs.find(({ position }) => !written.has(position));
  if (gone !== undefined) throw new InputImageUnusable('There is no such image.', toInputPath(gone));
}
