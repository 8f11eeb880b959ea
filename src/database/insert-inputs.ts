import { type InputPlace, toInputPath } from '../domain/input-role.ts';
import { InputImageUnusable } from '../domain/user-errors.ts';
import type { Transaction } from './database.ts';

/** One input of a generation: a stored image, or a URL that is still to be fetched. */
export interface NewInput extends InputPlace {
  readonly imageId: string | null;
  readonly sourceUrl: string | null;
}

const insert = `
  INSERT INTO "GenerationInput" ("generationId", position, role, "imageId", "sourceUrl")
  SELECT $1, input.position, input.role, input."imageId", input."sourceUrl"
  FROM unnest($2::int[], $3::text[], $4::uuid[], $5::text[]) AS input(position, role, "imageId", "sourceUrl")`;

/**
 * The inputs of a generation that is being accepted: sent with the COMMIT, after what was to be sent so before. Throws
 * `InputImageUnusable` for an image that was deleted since it was looked up.
 */
export async function insertInputs(
  transaction: Transaction,
  generationId: string,
  inputs: readonly NewInput[],
): Promise<void> {
  if (inputs.length === 0) return;
  await holdImages(transaction, inputs);
  const columns = [
    inputs.map(({ position }) => position),
    inputs.map(({ role }) => role),
    inputs.map(({ imageId }) => imageId),
    inputs.map(({ sourceUrl }) => sourceUrl),
  ];
  transaction.atLast({ name: 'insert-inputs', text: insert, values: [generationId, ...columns] });
}

/** An image that is being deleted is gone for us, or stays until the transaction ends. */
async function holdImages(transaction: Transaction, inputs: readonly NewInput[]): Promise<void> {
  const ids = inputs.flatMap(({ imageId }) => imageId ?? []);
  if (ids.length === 0) return;
  const text = 'SELECT id FROM "Image" WHERE id = ANY($1::uuid[]) FOR KEY SHARE';
  const { rows } = await transaction.query<{ id: string }>({ name: 'hold-images', text, values: [ids] });
  const held = new Set(rows.map(({ id }) => id));
  const gone = inputs.find(({ imageId }) => imageId !== null && !held.has(imageId));
  if (gone !== undefined) throw new InputImageUnusable('There is no such image.', toInputPath(gone));
}
