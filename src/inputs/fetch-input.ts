import type { InputImage } from '../database/insert-input-image.ts';
import { DownloadError } from '../network/download-error.ts';
import { acceptInput, maxInputBytes } from './accept-input.ts';
import type { InputDependencies } from './dependencies.ts';
import { InputUnusable } from './input-unusable.ts';

const timeoutMilliseconds = 20_000;

export interface InputToFetch {
  readonly userId: string;
  readonly url: string;
  readonly signal: AbortSignal;
}

/**
 * Fetches an image and stores it as its user's. Throws `InputUnusable`, `StorageError`, and the signal's reason after an
 * abort.
 */
export async function fetchInput(
  dependencies: InputDependencies,
  { userId, url, signal }: InputToFetch,
): Promise<InputImage> {
  const bytes = await download(dependencies, { userId, url, signal });
  const { image } = await acceptInput(dependencies, { userId, picture: [bytes], signal });
  signal.throwIfAborted();
  return image;
}

async function download({ downloader }: InputDependencies, { userId, url, signal }: InputToFetch): Promise<Uint8Array> {
  // It was on when the request was accepted.
  if (downloader === undefined) throw new InputUnusable('This server fetches no images from URLs.');
  try {
    return await downloader.download({ url, maxBytes: maxInputBytes, timeoutMilliseconds, signal, onBehalfOf: userId });
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    const { message, retryable } = error;
    throw new InputUnusable(`The image could not be fetched. ${message}`, { retryable, cause: error });
  }
}
