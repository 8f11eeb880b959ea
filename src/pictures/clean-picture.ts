import pLimit from 'p-limit';
import sharp, { type Sharp } from 'sharp';
import { isPlainProfile } from './colour-profile.ts';
import { type PictureHeader, readHeader } from './decoder.ts';
import { UnusablePictureError } from './unusable-picture-error.ts';
import { isLosslessWebp } from './webp-chunks.ts';

/** A progressive JPEG can be made to take minutes. */
const seconds = 20;
const quality = 95;
/** Encoding lossless WebP takes a second and 35 MB for each megapixel. */
const maxLosslessWebpPixels = 2048 * 2048;
// Each takes one of libuv's four threads, which outputs and names need as well, and 250 MB at the worst.
const takeTurn = pLimit(2);

/**
 * The same picture in the same format, upright, in 8 bits of RGB, and nothing else: neither metadata nor whatever was hidden
 * beside or behind it. A plain colour profile stays, so that wide colours stay what they are; all else becomes sRGB. Throws `UnusablePictureError` unless the bytes are one whole PNG, WebP or JPEG of at most
 * 40 megapixels.
 */
export async function cleanPicture(bytes: Uint8Array): Promise<Buffer> {
  const header = await readHeader(bytes);
  const limitInputPixels = header.width * header.height;
  const picture = sharp(bytes, { limitInputPixels, failOn: 'error', autoOrient: true });
  try {
    const coloured = keepColours(picture.timeout({ seconds }).toColourspace('srgb'), header);
    const clean = encode(coloured, header, bytes);
    return await takeTurn(() => clean.toBuffer());
  } catch (cause) {
    throw new UnusablePictureError('The picture is damaged or incomplete.', { cause });
  }
}

function keepColours(picture: Sharp, { profile }: PictureHeader): Sharp {
  return profile !== undefined && isPlainProfile(profile) ? picture.keepIccProfile() : picture;
}

function encode(picture: Sharp, header: PictureHeader, bytes: Uint8Array): Sharp {
  if (header.format === 'PNG') return picture.png();
  if (header.format === 'WEBP') return picture.webp(toWebpOptions(header, bytes));
  // Optimised tables would hold the coefficients of the whole picture: half a gigabyte for 40 megapixels.
  return picture.jpeg({ quality, chromaSubsampling: '4:4:4', optimiseCoding: false });
}

function toWebpOptions({ width, height }: PictureHeader, bytes: Uint8Array) {
  const staysLossless = width * height <= maxLosslessWebpPixels && isLosslessWebp(bytes);
  return staysLossless ? { nearLossless: true, effort: 0 } : { quality, effort: 0 };
}
