import type { Audit } from '../database/audit.ts';
import { type InputImage, insertInputImage } from '../database/insert-input-image.ts';
import type { DevelopedPicture } from '../pictures/develop-picture.ts';
import { type Pieces, sha256Of, sizeOf } from '../pictures/pieces.ts';
import { UnusablePictureError } from '../pictures/unusable-picture-error.ts';
import { inputName, variantName, withVariants } from '../storage/blob-names.ts';
import type { ImageStore } from '../storage/image-store.ts';
import type { InputDependencies } from './dependencies.ts';
import { findImage } from './find-image.ts';
import { InputUnusable } from './input-unusable.ts';

export const maxInputBytes = 20 * 1024 * 1024;

type Dependencies = Pick<InputDependencies, 'database' | 'images' | 'lab' | 'clock' | 'createId'>;

export interface ReceivedInput {
  readonly userId: string;
  readonly picture: Pieces;
  /** Writes down that it was uploaded, in the transaction of its row. Only where it is new. */
  readonly audit?: Audit;
  /** Ends the storing, where somebody may lose interest. */
  readonly signal?: AbortSignal;
}

export interface AcceptedInput {
  readonly image: InputImage;
  /** The user has sent these bytes before. */
  readonly replayed: boolean;
}

/**
 * Checks a picture, cleans it and stores it, once for each user and bytes. Throws `InputUnusable` for what is no picture
 * that we take, `StorageError`, and the signal's reason after an abort.
 */
export async function acceptInput(
  dependencies: Dependencies,
  { userId, picture, audit, signal }: ReceivedInput,
): Promise<AcceptedInput> {
  checkSize(sizeOf(picture));
  const sha256 = sha256Of(picture);
  const known = await findImage(dependencies, { userId, where: { sha256, origin: 'INPUT' } });
  if (known !== null) return { image: known, replayed: true };
  const cleaned = await cleanInput(dependencies, picture);
  return store(dependencies, { userId, sha256, picture: cleaned, audit, signal });
}

/** Throws `InputUnusable` for more bytes than are taken. */
export function checkSize(sizeBytes: number): void {
  if (sizeBytes > maxInputBytes) throw new InputUnusable('The picture has more than 20 MB.');
}

/** What is stored is developed, not what came: its size, type and thumbnails are those of the clean picture. */
async function cleanInput({ lab }: Dependencies, picture: Pieces): Promise<DevelopedPicture> {
  try {
    return await lab.clean(picture);
  } catch (error) {
    if (error instanceof UnusablePictureError) throw new InputUnusable(error.message, { cause: error });
    throw error;
  }
}

interface CheckedInput {
  readonly userId: string;
  readonly sha256: string;
  readonly picture: DevelopedPicture;
  readonly audit: Audit | undefined;
  readonly signal: AbortSignal | undefined;
}

async function store(
  { database, images, clock, createId }: Dependencies,
  { userId, sha256, picture, audit, signal }: CheckedInput,
): Promise<AcceptedInput> {
  const id = createId();
  const blobName = inputName({ userId, imageId: id });
  const { mediaType, width, height, sizeBytes, thumbHash } = picture;
  await putPicture((image) => images.put({ ...image, signal }), blobName, picture);
  const facts = { mediaType, width, height, sizeBytes, thumbHash, createdAt: new Date(clock.now()) };
  const image = await database.transaction(async (connection) => {
    const inserted = await insertInputImage(connection, { id, userId, sha256, blobName, ...facts });
    if (inserted.id === id) await audit?.write(connection, { action: 'image.upload', objectId: id });
    return inserted;
  });
  const replayed = image.id !== id;
  // Somebody was quicker with the same bytes. Blobs that cannot be removed now cost some space and nothing else.
  if (replayed) await images.remove(withVariants(blobName)).catch(() => undefined);
  return { image, replayed };
}

/** The original last: where it is, the smaller ones are too. */
async function putPicture(put: ImageStore['put'], blobName: string, picture: DevelopedPicture): Promise<void> {
  for (const { variant, bytes, mediaType } of picture.variants) {
    await put({ name: variantName(blobName, variant), bytes, mediaType });
  }
  await put({ name: blobName, bytes: picture.bytes, mediaType: picture.mediaType });
}
