import sharp from 'sharp';
import { blankPicture } from '../blank-provider.ts';

export interface WantedPicture {
  /** `png`, `jpeg`, `jpg` or `webp`. */
  readonly format: string;
  readonly width: number;
  readonly height: number;
}

export async function makePicture({ format, width, height }: WantedPicture): Promise<Buffer> {
  const picture = await blankPicture(width, height);
  if (format === 'png') return picture;
  return format === 'webp' ? sharp(picture).webp().toBuffer() : sharp(picture).jpeg().toBuffer();
}

/** Undefined for what is no picture that OpenAI takes. */
export async function findPictureFacts(file: Blob) {
  try {
    const { format, width, height, hasAlpha } = await sharp(await file.bytes()).metadata();
    return file.type === `image/${format}` ? { format, width, height, hasAlpha } : undefined;
  } catch {
    return undefined;
  }
}
