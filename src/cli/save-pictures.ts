import { downloadImage } from './download.ts';
import type { PictureFiles } from './picture-files.ts';
import type { Image } from './schema-types.ts';

export interface SavedPicture extends Image {
  readonly path: string;
}

export interface SaveOptions {
  readonly files: PictureFiles;
  readonly interrupted: AbortSignal;
}

export async function savePictures(images: readonly Image[], options: SaveOptions): Promise<readonly SavedPicture[]> {
  const saved: SavedPicture[] = [];
  for (const image of images) {
    const bytes = await downloadImage(image, options.interrupted);
    saved.push({ ...image, path: await options.files.save(image, bytes) });
  }
  return saved;
}
