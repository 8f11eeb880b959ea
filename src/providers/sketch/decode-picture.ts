import sharp from 'sharp';
import { ProviderError } from '../provider-error.ts';
import type { PictureSize } from './canvas/frame.ts';
import type { Pixels } from './painting-task.ts';

const maxPixels = 40_000_000;

/** A picture cut and scaled to cover this size; what is transparent is white. Throws `ProviderError` for what is none. */
export async function decodePicture(bytes: Uint8Array, { width, height }: PictureSize): Promise<Pixels> {
  try {
    const picture = sharp(bytes, { limitInputPixels: maxPixels }).resize({ width, height, fit: 'cover' });
    const raw = await picture.flatten({ background: '#ffffff' }).toColourspace('srgb').raw().toBuffer();
    return { width, height, bytes: new Uint8Array(raw) };
  } catch (cause) {
    const message = 'The input image cannot be read.';
    throw new ProviderError(message, { code: 'INPUT_IMAGE_UNUSABLE', retryable: false, cause });
  }
}
