import sharp from 'sharp';
import type { InputPicture } from '../provider.ts';
import { ProviderError } from '../provider-error.ts';

export interface FittedPicture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mediaType: string;
}

export interface Fit {
  /** Undefined for any size. */
  readonly longerSide?: number | undefined;
  readonly signal: AbortSignal;
}

/** The only formats that Cloudflare's examples show. */
const knownMediaTypes: readonly string[] = ['image/png', 'image/jpeg'];

/** As it is where the vendor takes it so, otherwise as PNG. Throws `INPUT_IMAGE_UNUSABLE` for what cannot be read. */
export async function fitPicture(picture: InputPicture, { longerSide, signal }: Fit): Promise<FittedPicture> {
  const { mediaType } = picture;
  const bytes = await picture.read(signal);
  const fits = longerSide === undefined || Math.max(picture.width, picture.height) <= longerSide;
  if (fits && knownMediaTypes.includes(mediaType)) return { bytes, mediaType };
  const png = await draw(() => shrink(bytes, longerSide).png().toBuffer());
  return { bytes: png, mediaType: 'image/png' };
}

export function shrink(bytes: Uint8Array, longerSide: number | undefined) {
  const source = sharp(bytes);
  if (longerSide === undefined) return source;
  return source.resize({ width: longerSide, height: longerSide, fit: 'inside', withoutEnlargement: true });
}

/** Throws `INPUT_IMAGE_UNUSABLE` where sharp throws. */
export async function draw(work: () => Promise<Buffer>): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await work());
  } catch (cause) {
    const message = 'An input image could not be read.';
    throw new ProviderError(message, { code: 'INPUT_IMAGE_UNUSABLE', retryable: false, unstarted: true, cause });
  }
}
