import type { Conversion } from '../domain/conversion.ts';
import type { Pieces } from '../pictures/pieces.ts';
import { UnusablePictureError } from '../pictures/unusable-picture-error.ts';
import { ProviderError } from '../providers/provider-error.ts';

export interface InputToConvert {
  readonly bytes: Uint8Array;
  readonly conversion: Conversion;
  readonly signal: AbortSignal;
}

/** As the lab has it. */
export type Convert = (picture: Pieces, conversion: Conversion) => Promise<Uint8Array>;

/**
 * Has an input changed for a provider. Throws `INPUT_IMAGE_UNUSABLE` where it cannot be read, and the signal's reason as soon as
 * it aborts, whatever the lab still does.
 */
export async function convertInput(
  convert: Convert,
  { bytes, conversion, signal }: InputToConvert,
): Promise<Uint8Array<ArrayBuffer>> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const leave = () => reject(signal.reason);
  signal.throwIfAborted();
  signal.addEventListener('abort', leave, { once: true });
  try {
    return toOwnBytes(await Promise.race([convert([bytes], conversion), aborted]));
  } catch (error) {
    throw error instanceof UnusablePictureError ? createUnreadable(error) : error;
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

function createUnreadable(cause: UnusablePictureError): ProviderError {
  const message = 'The input image cannot be read.';
  return new ProviderError(message, { code: 'INPUT_IMAGE_UNUSABLE', retryable: false, unstarted: true, cause });
}

/** The same memory, as what `fetch` takes for a body. */
export function toOwnBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array<ArrayBuffer> {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer, byteOffset, byteLength);
  return new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength));
}
