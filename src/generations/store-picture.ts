import { insertImage, type NewImage } from '../database/insert-image.ts';
import { recordEvent } from '../database/record-event.ts';
import { crashPoint } from '../domain/crash-point.ts';
import type { Advance } from '../domain/progress.ts';
import type { DevelopedPicture } from '../pictures/develop-picture.ts';
import { originalName, variantName } from '../storage/blob-names.ts';
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
  const { journal, lab } = run;
  const { attempt } = made;
  const developed = lab.develop(made.bytes);
  // Awaited below, after what else there is to do meanwhile.
  developed.catch(() => undefined);
  await journal.record({ type: 'IMAGE_GENERATED', stage: 'STORING', attempt }, recordEvent);
  const row = await putDeveloped(run, made, await developed);
  crashPoint('after-upload');
  const advance = made.advance === undefined ? {} : { advance: made.advance };
  const entry = { type: 'IMAGE_STORED', stage: 'STORING', attempt, stores: 1, ...advance } as const;
  await journal.record(entry, (connection, step) => insertImage(connection, step, row));
}

/** Answers the row of a picture whose bytes are stored. Throws `UnusablePictureError` and `StorageError`. */
export async function putPicture(run: GenerationRun, made: MadePicture): Promise<NewImage> {
  return putDeveloped(run, made, await run.lab.develop(made.bytes));
}

async function putDeveloped(run: GenerationRun, made: MadePicture, picture: DevelopedPicture): Promise<NewImage> {
  const { generation, createId } = run;
  const { attempt, position, seed } = made;
  const blobName = originalName({ generationId: generation.id, attempt, position });
  await putBlobs(run, blobName, picture);
  const { sha256, mediaType, width, height, sizeBytes, thumbHash } = picture;
  const facts = { sha256, mediaType, width, height, sizeBytes, thumbHash };
  const revisedPrompt = made.revisedPrompt === undefined ? null : { id: createId(), ...made.revisedPrompt };
  return { id: createId(), userId: generation.userId, attempt, position, blobName, seed, revisedPrompt, ...facts };
}

/** All together: who takes over and finds the original alone stores the smaller ones before its row is written. */
async function putBlobs(
  { images, signal: patience }: GenerationRun,
  blobName: string,
  picture: DevelopedPicture,
): Promise<void> {
  const { bytes, mediaType, variants } = picture;
  const smaller = variants.map(({ variant, ...rest }) => ({ name: variantName(blobName, variant), ...rest }));
  await Promise.all(
    [...smaller, { name: blobName, bytes, mediaType }].map((blob) =>
      images.put({ ...blob, patience }).then(() => crashPoint('mid-upload')),
    ),
  );
}
