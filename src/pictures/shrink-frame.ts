import sharp from 'sharp';
import './sharp-settings.ts';
import { UnusablePictureError } from './unusable-picture-error.ts';

/** A look at an unfinished picture, in WebP. */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
}

const longerSide = 512;
const maxBytes = 64 * 1024;
const maximumPixels = 40_000_000;
const seconds = 5;

/** Small enough for watchers. Throws `UnusablePictureError` for what cannot be read, and for what stays too large. */
export async function shrinkFrame(bytes: Uint8Array): Promise<Frame> {
  for (const quality of [75, 40]) {
    const { data, info } = await shrink(bytes, quality);
    const { width, height } = info;
    if (data.byteLength <= maxBytes) return { bytes: data, mediaType: 'image/webp', width, height };
  }
  throw new UnusablePictureError('The frame does not become small enough.');
}

async function shrink(bytes: Uint8Array, quality: number) {
  try {
    return await sharp(bytes, { limitInputPixels: maximumPixels })
      .timeout({ seconds })
      .resize({ width: longerSide, height: longerSide, fit: 'inside', withoutEnlargement: true })
      .webp({ effort: 0, quality })
      .toBuffer({ resolveWithObject: true });
  } catch (cause) {
    throw new UnusablePictureError('The frame cannot be read.', { cause });
  }
}
