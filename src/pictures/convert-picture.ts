import sharp, { type Sharp } from 'sharp';
import type { Conversion, CoveringPixels } from '../domain/conversion.ts';
import './sharp-settings.ts';
import { UnusablePictureError } from './unusable-picture-error.ts';

const maximumPixels = 40_000_000;
const seconds = 20;

/** Throws `UnusablePictureError` for what cannot be read. */
export async function convertPicture(bytes: Uint8Array, conversion: Conversion): Promise<Uint8Array> {
  try {
    return await convert(sharp(bytes, { limitInputPixels: maximumPixels }).timeout({ seconds }), conversion);
  } catch (cause) {
    throw new UnusablePictureError('The picture cannot be converted.', { cause });
  }
}

function convert(picture: Sharp, conversion: Conversion): Promise<Uint8Array> {
  switch (conversion.to) {
    case 'png':
      return shrink(picture, conversion.longerSide).png().toBuffer();
    case 'webp':
      return shrink(picture, conversion.longerSide).webp({ effort: 0, quality: 90 }).toBuffer();
    case 'white-mask':
      return invertAlpha(shrink(picture, conversion.longerSide));
    case 'pixels':
      return cover(picture, conversion);
  }
}

function shrink(picture: Sharp, longerSide: number | undefined): Sharp {
  if (longerSide === undefined) return picture;
  return picture.resize({ width: longerSide, height: longerSide, fit: 'inside', withoutEnlargement: true });
}

/**
 * In two passes: within one, sharp would invert the colours before it takes the alpha out. As small as PNG makes it, because
 * there are vendors who lose a long one.
 */
async function invertAlpha(picture: Sharp): Promise<Uint8Array> {
  const alpha = picture.ensureAlpha().extractChannel('alpha').raw();
  const { data, info } = await alpha.toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return sharp(data, { raw: { width, height, channels: 1 } })
    .negate()
    .toColourspace('b-w')
    .png({ compressionLevel: 9 })
    .toBuffer();
}

function cover(picture: Sharp, { width, height }: CoveringPixels): Promise<Uint8Array> {
  const covering = picture.resize({ width, height, fit: 'cover' }).flatten({ background: '#ffffff' });
  return covering.toColourspace('srgb').raw().toBuffer();
}
