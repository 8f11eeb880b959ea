import { hash } from 'node:crypto';
import pLimit from 'p-limit';
import { withoutVariant } from '../../../src/storage/blob-names.ts';
import type { AuditedGeneration, AuditedImage } from './audited-generations.ts';
import type { Fleet } from './fleet.ts';

interface BlobProblems {
  readonly problems: readonly string[];
  /** Pictures that have a row, and no bytes or others. */
  readonly lostPictures: number;
}

const maxReads = 16;

/** Every row has its bytes, every success has a picture, and no bytes are left that no row knows. */
export async function findBlobProblems(
  { images: store }: Fleet,
  generations: readonly AuditedGeneration[],
): Promise<BlobProblems> {
  const images = generations.flatMap(({ images }) => images);
  const limit = pLimit(maxReads);
  const lost = (await Promise.all(images.map((image) => limit(() => findLoss(store, image))))).flat();
  const empty = generations.filter(({ status, images }) => status === 'SUCCEEDED' && images.length === 0);
  const known = new Set(images.map(({ blobName }) => blobName));
  const orphans = (await store.list('g/')).filter(({ name }) => !known.has(withoutVariant(name)));
  return {
    problems: [
      ...lost,
      ...empty.map(({ prompt }) => `${prompt} succeeded without a picture.`),
      ...orphans.map(({ name }) => `The blob ${name} has no row.`),
    ],
    lostPictures: lost.length + empty.length,
  };
}

async function findLoss(store: Fleet['images'], image: AuditedImage): Promise<readonly string[]> {
  const bytes = await store.read(image.blobName);
  if (bytes === undefined) return [`The row of ${image.blobName} has no blob.`];
  const isSame = hash('sha256', bytes) === image.sha256 && bytes.byteLength === image.sizeBytes;
  return isSame ? [] : [`${image.blobName} holds other bytes than its row says.`];
}
