import sharp from 'sharp';
import type { InputPicture } from '../provider.ts';
import { draw, type Fit, type FittedPicture, shrink } from './fit-picture.ts';

/**
 * White where our mask is transparent, black where it is opaque: Stable Diffusion paints over what is white. A compressed
 * PNG, because every byte of it becomes a number in the request, and Cloudflare loses a mask that is too long.
 */
export async function toWhiteMask(mask: InputPicture, { longerSide, signal }: Fit): Promise<FittedPicture> {
  const bytes = await mask.read(signal);
  return { bytes: await draw(() => invertAlpha(bytes, longerSide)), mediaType: 'image/png' };
}

/** In two passes: within one, sharp would invert the colours before it takes the alpha out. */
async function invertAlpha(bytes: Uint8Array, longerSide: number | undefined): Promise<Buffer> {
  const alpha = shrink(bytes, longerSide).ensureAlpha().extractChannel('alpha').raw();
  const { data, info } = await alpha.toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return sharp(data, { raw: { width, height, channels: 1 } })
    .negate()
    .toColourspace('b-w')
    .png({ compressionLevel: 9 })
    .toBuffer();
}
