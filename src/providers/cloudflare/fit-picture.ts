import type { InputPicture } from '../provider.ts';

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

/** As it is where the vendor takes it so, otherwise as PNG. */
export async function fitPicture(picture: InputPicture, { longerSide, signal }: Fit): Promise<FittedPicture> {
  const { mediaType } = picture;
  const fits = longerSide === undefined || Math.max(picture.width, picture.height) <= longerSide;
  if (fits && knownMediaTypes.includes(mediaType)) return { bytes: await picture.read(signal), mediaType };
  return { bytes: await picture.convert({ to: 'png', longerSide }, signal), mediaType: 'image/png' };
}

/** Stable Diffusion paints over what is white. Every byte of it becomes a number in the request. */
export async function fitMask(mask: InputPicture, { longerSide, signal }: Fit): Promise<FittedPicture> {
  return { bytes: await mask.convert({ to: 'white-mask', longerSide }, signal), mediaType: 'image/png' };
}
