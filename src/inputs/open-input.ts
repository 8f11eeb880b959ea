import type { InputImage } from '../database/insert-input-image.ts';
import type { InputPicture } from '../providers/provider.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { StorageError } from '../storage/storage-error.ts';
import { convertInput, toOwnBytes } from './convert-input.ts';
import type { InputDependencies } from './dependencies.ts';

/**
 * A stored image as providers get it. Its `read` and its `convert` throw what providers may throw, a `ProviderError`, and the
 * signal's reason after an abort.
 */
export function openInput(
  { images, lab }: Pick<InputDependencies, 'images' | 'lab'>,
  { blobName, mediaType, width, height, sizeBytes }: InputImage,
): InputPicture {
  const read = async (signal: AbortSignal) => {
    const bytes = await images.read(blobName, { signal }).catch((error: unknown) => {
      throw error instanceof StorageError ? createUnavailable(error) : error;
    });
    if (bytes === undefined) throw createGone();
    return toOwnBytes(bytes);
  };
  return {
    mediaType,
    width,
    height,
    sizeBytes,
    read,
    convert: async (conversion, signal) => convertInput(lab.convert, { bytes: await read(signal), conversion, signal }),
  };
}

function createUnavailable(cause: StorageError): ProviderError {
  const message = 'The input image could not be read.';
  return new ProviderError(message, {
    code: 'STORAGE_UNAVAILABLE',
    retryable: cause.retryable,
    unstarted: true,
    cause,
  });
}

function createGone(): ProviderError {
  const message = 'The input image is gone.';
  return new ProviderError(message, { code: 'INPUT_IMAGE_UNUSABLE', retryable: false, unstarted: true });
}
