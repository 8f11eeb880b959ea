import type pg from 'pg';
import { type InputPlace, toInputPath } from '../domain/input-role.ts';
import { InputImageUnusable } from '../domain/user-errors.ts';
import type { Connection } from './database.ts';

/** One input of a generation: a stored image, or a URL that is still to be fetched. */
export interface NewInput extends InputPlace {
  readonly imageId: string | null;
  readonly sourceUrl: string | null;
}

/**
 * Until the transaction ends nobody deletes the images that are to become inputs. Throws `InputImageUnusable` for one that was
 * deleted since it was looked up.
 */
export async function holdInputImages(connection: Connection, inputs: readonly NewInput[]): Promise<void> {
  const ids = inputs.flatMap(({ imageId }) => imageId ?? []);
  if (ids.length === 0) return;
  const text = 'SELECT id FROM "Image" WHERE id = ANY($1::uuid[]) FOR KEY SHARE';
  const { rows } = await connection.query<{ id: string }>({ name: 'hold-input-images', text, values: [ids] });
  const held = new Set(rows.map(({ id }) => id));
  const gone = inputs.find(({ imageId }) => imageId !== null && !held.has(imageId));
  if (gone !== undefined) throw new InputImageUnusable('There is no such image.', toInputPath(gone));
}

const text = `
  INSERT INTO "GenerationInput" ("generationId", position, role, "imageId", "sourceUrl")
  SELECT $1, input.position, input.role, input."imageId", input."sourceUrl"
  FROM unnest($2::int[], $3::text[], $4::uuid[], $5::text[]) AS input(position, role, "imageId", "sourceUrl")`;

/** A statement that inserts the inputs of a generation, whose images are held. */
export function toInputsInsert(generationId: string, inputs: readonly NewInput[]): pg.QueryConfig {
  const columns = [
    inputs.map(({ position }) => position),
    inputs.map(({ role }) => role),
    inputs.map(({ imageId }) => imageId),
    inputs.map(({ sourceUrl }) => sourceUrl),
  ];
  return { name: 'insert-inputs', text, values: [generationId, ...columns] };
}
