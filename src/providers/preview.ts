import sharp from 'sharp';
import type { PreviewReport } from './provider.ts';

const longerSide = 512;
const maxBytes = 64 * 1024;

/** A frame that a vendor sends, small enough for watchers. Undefined where it cannot be read: a frame is no reason to fail. */
export async function toPreview(bytes: Uint8Array): Promise<PreviewReport | undefined> {
  for (const quality of [75, 40]) {
    const frame = await shrink(bytes, quality);
    if (frame === undefined) return undefined;
    const { data, info } = frame;
    const { width, height } = info;
    if (data.byteLength <= maxBytes) return { type: 'preview', bytes: data, mediaType: 'image/webp', width, height };
  }
  return undefined;
}

async function shrink(bytes: Uint8Array, quality: number) {
  try {
    return await sharp(bytes, { limitInputPixels: 40_000_000 })
      .resize({ width: longerSide, height: longerSide, fit: 'inside', withoutEnlargement: true })
      .webp({ effort: 0, quality })
      .toBuffer({ resolveWithObject: true });
  } catch {
    return undefined;
  }
}
