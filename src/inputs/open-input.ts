import type { InputImage } from '../database/insert-input-image.ts';
import type { InputPicture } from '../providers/provider.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { StorageError } from '../storage/storage-error.ts';
import type { InputDependencies } from './dependencies.ts';

/**
 * A stored image as providers get it. Its `read` throws what providers may throw, a `ProviderError`, and the signal's reason
 * after an abort.
 */
export function openInput(
  { images }: Pick<InputDependencies, 'images'>,
  { blobName, mediaType, width, height, sizeBytes }: InputImage,
): InputPicture {
  return {
    mediaType,
    width,
    height,
    sizeBytes,
    async read(signal) {
      const bytes = await images.read(blobName, { signal }).catch((error: unknown) => {
        throw error instanceof StorageError ? createUnavailable(error) : error;
      });
      if (bytes === undefined) throw createGone();
      return toOwnBytes(bytes);
    },
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

/** The same memory, as what `fetch` takes for a body. */
function toOwnBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array<ArrayBuffer> {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer, byteOffset, byteLength);
  return new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength));
}
