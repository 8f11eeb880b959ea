import type { InputPlace } from '../domain/input-role.ts';
import type { Connection } from './database.ts';
import type { InputImage } from './insert-input-image.ts';

export interface StoredInput extends InputPlace {
  /** Null until it was fetched. */
  readonly image: InputImage | null;
  readonly sourceUrl: string | null;
}

const text = `
  SELECT input.position, input.role, input."sourceUrl",
    CASE WHEN image.id IS NOT NULL THEN json_build_object('id', image.id, 'blobName', image."blobName",
      'mediaType', image."mediaType", 'width', image.width, 'height', image.height, 'sizeBytes', image."sizeBytes") END AS image
  FROM "GenerationInput" input LEFT JOIN "Image" image ON image.id = input."imageId"
  WHERE input."generationId" = $1 ORDER BY input.position`;

/** The inputs of a generation in their order: the references, then the mask. */
export async function findInputs(connection: Connection, generationId: string): Promise<readonly StoredInput[]> {
  const result = await connection.query<StoredInput>({ name: 'find-inputs', text, values: [generationId] });
  return result.rows;
}
