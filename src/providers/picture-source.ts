import type { Downloader } from '../network/download.ts';
import { DownloadError } from '../network/download-error.ts';
import { ProviderError } from './provider-error.ts';

const maxPictureBytes = 64 * 1024 * 1024;
const downloadMilliseconds = 60_000;

export interface PictureSource {
  readonly vendor: string;
  /** A data URL, an http(s) URL, or base64. */
  readonly source: string;
  readonly signal: AbortSignal;
}

/**
 * The bytes of a picture, however a vendor sends it; a temporary URL is fetched at once. Throws `ProviderError`, and the
 * signal's reason after an abort. Whether the bytes are a picture is for who stores them to find out.
 */
export async function readPicture(
  downloader: Downloader,
  { vendor, source, signal }: PictureSource,
): Promise<Uint8Array<ArrayBuffer>> {
  if (/^https?:\/\//i.test(source)) return downloadPicture(downloader, { vendor, source, signal });
  const text = source.startsWith('data:') ? source.slice(source.indexOf(',') + 1) : source;
  if (!/^[A-Za-z0-9+/_-]+={0,2}\s*$/.test(text)) throw createNoPicture(vendor);
  return new Uint8Array(Buffer.from(text, 'base64'));
}

/** The picture was made and paid: only its copy failed, so that is tried twice more. */
async function downloadPicture(downloader: Downloader, { vendor, source, signal }: PictureSource) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await downloader.download({
        url: source,
        maxBytes: maxPictureBytes,
        timeoutMilliseconds: downloadMilliseconds,
        signal,
      });
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error;
      if (error.retryable && tries < 3) continue;
      const message = `The picture that ${vendor} made could not be fetched. ${error.message}`;
      throw new ProviderError(message, { code: 'OUTPUT_LOST', retryable: true, cause: error });
    }
  }
}

export function createNoPicture(vendor: string): ProviderError {
  const message = `${vendor} answered with something that is no picture.`;
  return new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}
