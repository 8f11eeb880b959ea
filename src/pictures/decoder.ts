import sharp, { type Sharp } from 'sharp';
import type { ImageFormat } from '../domain/image-format.ts';
import { readPngChunks } from './png-chunks.ts';
import './sharp-settings.ts';
import { UnusablePictureError } from './unusable-picture-error.ts';

const maximumPixels = 40_000_000;
/** A progressive JPEG can be made to take minutes. */
const decodeSeconds = 20;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Width and height are the displayed ones: after the rotation that EXIF asks for. */
export interface PictureHeader extends Size {
  readonly format: ImageFormat;
  /** The ICC profile, as it came. */
  readonly profile: Uint8Array | undefined;
}

/** 8 bits per channel in sRGB, upright. */
export interface Pixels extends Size {
  readonly data: Uint8Array;
  readonly channels: 3 | 4;
}

/** Reads the first bytes only. Throws `UnusablePictureError` for what is no single PNG, WebP or JPEG of at most 40 megapixels. */
export async function readHeader(bytes: Uint8Array): Promise<PictureHeader> {
  const format = sniffFormat(bytes);
  if (format === undefined) throw new UnusablePictureError('The bytes are no PNG, WebP or JPEG picture.');
  const { autoOrient, pages = 1, icc: profile } = await orDamaged(sharp(bytes, { limitInputPixels: false }).metadata());
  if (autoOrient.width * autoOrient.height > maximumPixels) {
    throw new UnusablePictureError('The picture has more than 40 megapixels.');
  }
  const png = format === 'PNG' ? readPngChunks(bytes) : { animated: false, complete: true };
  if (pages > 1 || png.animated) throw new UnusablePictureError('The picture has more than one frame.');
  if (!png.complete) throw new UnusablePictureError(damaged);
  return { format, width: autoOrient.width, height: autoOrient.height, profile };
}

/**
 * Decodes every row, and makes the picture smaller where its longer side exceeds `longerSide`.
 * Throws `UnusablePictureError` for a picture that is cut off or damaged.
 */
export async function decodePixels(bytes: Uint8Array, header: PictureHeader, longerSide: number): Promise<Pixels> {
  // 'error', not 'warning': a picture that was paid for is not refused for an odd colour profile.
  const decoder = sharp(bytes, { limitInputPixels: maximumPixels, failOn: 'error', autoOrient: true });
  return orDamaged(toPixels(shrink(decoder.timeout({ seconds: decodeSeconds }), header, longerSide)));
}

/** The pixels as the start of a pipeline, made smaller where the longer side exceeds `longerSide`. */
export function fromPixels({ data, width, height, channels }: Pixels, longerSide: number): Sharp {
  return shrink(sharp(data, { raw: { width, height, channels } }), { width, height }, longerSide);
}

export async function shrinkPixels(pixels: Pixels, longerSide: number): Promise<Pixels> {
  return toPixels(fromPixels(pixels, longerSide));
}

async function toPixels(picture: Sharp): Promise<Pixels> {
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels === 4 ? 4 : 3 };
}

// Asked for a size that is there already, sharp still takes 0.4 ms.
function shrink(picture: Sharp, { width, height }: Size, longerSide: number): Sharp {
  if (Math.max(width, height) <= longerSide) return picture;
  return picture.resize({ width: longerSide, height: longerSide, fit: 'inside' });
}

const damaged = 'The picture is damaged or incomplete.';

async function orDamaged<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    throw new UnusablePictureError(damaged, { cause });
  }
}

function sniffFormat(bytes: Uint8Array): ImageFormat | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 12)).toString('latin1');
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'PNG';
  if (start.startsWith('\xff\xd8\xff')) return 'JPEG';
  if (/^RIFF.{4}WEBP$/s.test(start)) return 'WEBP';
  return undefined;
}
