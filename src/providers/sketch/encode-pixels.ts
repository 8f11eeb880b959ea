import sharp from 'sharp';
import type { ImageFormat } from '../../domain/image-format.ts';
import type { PreviewReport } from '../provider.ts';
import type { Pixels } from './painting-task.ts';

const maxPreviewBytes = 64 * 1024;
const previewQualities = [72, 50, 30, 10];

export async function encodePicture(pixels: Pixels, format: ImageFormat): Promise<Uint8Array> {
  const picture = open(pixels);
  switch (format) {
    case 'PNG':
      return picture.png({ compressionLevel: 6 }).toBuffer();
    case 'WEBP':
      return picture.webp({ quality: 90, effort: 2 }).toBuffer();
    case 'JPEG':
      return picture.jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toBuffer();
  }
}

export async function encodePreview(pixels: Pixels): Promise<PreviewReport> {
  let bytes = new Uint8Array();
  for (const quality of previewQualities) {
    bytes = new Uint8Array(await open(pixels).jpeg({ quality }).toBuffer());
    if (bytes.length <= maxPreviewBytes) break;
  }
  return { type: 'preview', bytes, mediaType: 'image/jpeg', width: pixels.width, height: pixels.height };
}

function open({ width, height, bytes }: Pixels) {
  return sharp(bytes, { raw: { width, height, channels: 3 } });
}
