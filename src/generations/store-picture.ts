import { insertImage } from '../database/insert-image.ts';
import { recordEvent } from '../database/record-event.ts';
import { crashPoint } from '../domain/crash-point.ts';
import type { Advance } from '../domain/progress.ts';
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
  readonly revisedPrompt?: RevisedWording | undefined;
  /** Answers how far the generation is with this picture. */
  readonly advance?: () => Advance;
}

/** What the provider says that it used in place of our wording. */
export interface RevisedWording {
  readonly text: string;
  /** The slug of the model. */
  readonly writtenBy: string;
}

/**
 * Checks a picture, stores its bytes, and only then writes its row. Throws `UnusablePictureError`, `StorageError` and
 * what the journal throws.
 */
export async function storePicture(run: GenerationRun, made: MadePicture): Promise<void> {
  const { generation, images, createId, journal } = run;
  const { attempt, position, bytes, seed } = made;
  await journal.record({ type: 'IMAGE_GENERATED', stage: 'STORING', attempt }, recordEvent);
  const picture = await developPicture(bytes);
  const blobName = originalName({ generationId: generation.id, attempt, position });
  await putPicture(images, blobName, picture);
  crashPoint('after-upload');
  const { sha256, mediaType, width, height, sizeBytes, thumbHash } = picture;
  const facts = { sha256, mediaType, width, height, sizeBytes, thumbHash };
  const revisedPrompt = made.revisedPrompt === undefined ? null : { id: createId(), ...made.revisedPrompt };
  const place = { userId: generation.userId, attempt, position, blobName };
  const row = { id: createId(), ...place, seed, revisedPrompt, ...facts };
  const advance = made.advance === undefined ? {} : { advance: made.advance };
  const entry = { type: 'IMAGE_STORED', stage: 'STORING', attempt, stores: 1, ...advance } as const;
  await journal.record(entry, (connection, step) => insertImage(connection, step, row));
}

/** The original last: where it is, the smaller ones are too. */
async function putPicture(images: ImageStore, blobName: string, picture: DevelopedPicture): Promise<void> {
  await Promise.all(
    picture.variants.map(({ variant, bytes, mediaType }) =>
      images.put({ name: variantName(blobName, variant), bytes, mediaType }),
    ),
  );
  crashPoint('mid-upload');
  await images.put({ name: blobName, bytes: picture.bytes, mediaType: picture.mediaType });
}
