import type { InputImage } from '../database/insert-input-image.ts';
import type { NewInput } from '../database/insert-inputs.ts';
import { InputImageUnusable } from '../domain/user-errors.ts';
import { parseHttpUrl } from '../network/target.ts';
import { acceptInput, checkSize } from './accept-input.ts';
import { findMaskProblem, type SizedInput } from './check-mask.ts';
import { decodeDataUrl } from './data-url.ts';
import type { InputDependencies } from './dependencies.ts';
import { findImage } from './find-image.ts';
import type { ImageSource, RequestedInput } from './image-source.ts';
import { InputUnusable } from './input-unusable.ts';
import { findOwnBlobName } from './own-blob.ts';
import { refuseInput } from './refuse-input.ts';

const maxUrlCharacters = 4_096;

/** A stored image, or a URL that the worker is to fetch: the row of an input, with the image's size where it is known. */
export type ResolvedInput = NewInput & SizedInput;

export interface Request {
  readonly userId: string;
  readonly inputs: readonly RequestedInput[];
}

/**
 * Finds, checks and stores the input images of a request; URLs of elsewhere are checked in form only. Throws
 * `InputImageUnusable` for the first that cannot be used, and `StorageError`. What was stored by then stays.
 */
export async function resolveSources(
  dependencies: InputDependencies,
  { userId, inputs }: Request,
): Promise<readonly ResolvedInput[]> {
  const resolved: ResolvedInput[] = [];
  // One after the other: each may weigh 20 MB, several times over while it is cleaned.
  for (const input of inputs) resolved.push(await resolveInput(dependencies, userId, input));
  const problem = findMaskProblem(resolved);
  if (problem !== undefined) throw new InputImageUnusable(problem, ['mask']);
  return resolved;
}

async function resolveInput(
  dependencies: InputDependencies,
  userId: string,
  { source, role, position }: RequestedInput,
): Promise<ResolvedInput> {
  const place = { role, position };
  const found = await resolveSource(dependencies, userId, source).catch((error) => refuseInput(place, error));
  if ('url' in found) return { ...place, imageId: null, sourceUrl: found.url, size: null };
  const { id: imageId, width, height } = found;
  return { ...place, imageId, sourceUrl: null, size: { width, height } };
}

interface RememberedUrl {
  readonly url: string;
}

async function resolveSource(
  dependencies: InputDependencies,
  userId: string,
  source: ImageSource,
): Promise<InputImage | RememberedUrl> {
  switch (source.kind) {
    case 'stored':
      return orUnknown(await findImage(dependencies, { userId, where: { id: source.imageId } }));
    case 'url':
      return resolveUrl(dependencies, userId, source.url);
    case 'dataUrl':
      return (await acceptInput(dependencies, { userId, picture: [decodeDataUrl(source.dataUrl)] })).image;
    case 'upload':
      checkSize(source.upload.sizeBytes);
      return (await acceptInput(dependencies, { userId, picture: await source.upload.read() })).image;
  }
}

async function resolveUrl(
  dependencies: InputDependencies,
  userId: string,
  text: string,
): Promise<InputImage | RememberedUrl> {
  const url = parseHttpUrl(text);
  if (url === undefined) throw new InputUnusable('It is no plain http or https address.');
  if (url.href.length > maxUrlCharacters) throw new InputUnusable('The address is too long.');
  const blobName = findOwnBlobName(dependencies, url);
  if (blobName !== undefined) return orUnknown(await findImage(dependencies, { userId, where: { blobName } }));
  if (dependencies.downloader === undefined) throw createUrlsOff();
  return { url: url.href };
}

export function createUrlsOff(): InputUnusable {
  return new InputUnusable('This server fetches no images from URLs. Upload the image instead.');
}

/** Somebody else's, deleted, never there: all the same to whoever asks. */
function orUnknown(image: InputImage | null): InputImage {
  if (image === null) throw new InputUnusable('There is no such image.');
  return image;
}
