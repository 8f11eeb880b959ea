import type { InputImage } from '../database/insert-input-image.ts';
import { DownloadError } from '../network/download.ts';
import { acceptInput, maxInputBytes } from './accept-input.ts';
import type { InputDependencies } from './dependencies.ts';
import { InputUnusable } from './input-unusable.ts';

const timeoutMilliseconds = 30_000;

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
  const bytes = await download(dependencies, { url, signal });
  const { image } = await acceptInput(dependencies, { userId, picture: [bytes], signal });
  signal.throwIfAborted();
  return image;
}

async function download(
  { downloader }: InputDependencies,
  { url, signal }: Pick<InputToFetch, 'url' | 'signal'>,
): Promise<Uint8Array> {
  // It was on when the request was accepted.
  if (downloader === undefined) throw new InputUnusable('This server fetches no images from URLs.');
  try {
    return await downloader.download({ url, maxBytes: maxInputBytes, timeoutMilliseconds, signal });
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    const { message, retryable } = error;
    throw new InputUnusable(`The image could not be fetched. ${message}`, { retryable, cause: error });
  }
}
