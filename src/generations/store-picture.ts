import { insertImage } from '../database/insert-image.ts';
import { recordEvent } from '../database/record-event.ts';
import { type DevelopedPicture, developPicture } from '../pictures/develop-picture.ts';
import { originalName, variantName } from '../storage/blob-names.ts';
import type { ImageStore } from '../storage/image-store.ts';
import type { GenerationRun } from './generation-run.ts';

export interface MadePicture {
  /** The attempt that made it. */
  readonly attempt: number;
  readonly position: number;
  readonly bytes: Uint8Array;
  readonly seed: number | null;
}

/**
 * Checks a picture, stores its bytes, and only then writes its row. Throws `UnusablePictureError`, `StorageError` and
 * what the journal throws.
 */
export async function storePicture(run: GenerationRun, { attempt, position, bytes, seed }: MadePicture): Promise<void> {
  const { generation, images, createId, journal } = run;
  await journal.record({ type: 'IMAGE_GENERATED', stage: 'STORING' }, recordEvent);
  const picture = await developPicture(bytes);
  const blobName = originalName({ generationId: generation.id, attempt, position });
  await putPicture(images, blobName, picture);
  const { sha256, mediaType, width, height, sizeBytes, thumbHash } = picture;
  const facts = { sha256, mediaType, width, height, sizeBytes, thumbHash };
  const row = { id: createId(), userId: generation.userId, attempt, position, blobName, seed, ...facts };
  await journal.record({ type: 'IMAGE_STORED', stage: 'STORING', stores: 1 }, (connection, step) =>
    insertImage(connection, step, row),
  );
}

/** The original last: where it is, the smaller ones are too. */
async function putPicture(images: ImageStore, blobName: string, picture: DevelopedPicture): Promise<void> {
  await Promise.all(
    picture.variants.map(({ variant, bytes, mediaType }) =>
      images.put({ name: variantName(blobName, variant), bytes, mediaType }),
    ),
  );
  await images.put({ name: blobName, bytes: picture.bytes, mediaType: picture.mediaType });
}
