export const imageVariants = ['ORIGINAL', 'PREVIEW', 'THUMBNAIL'] as const;
export type ImageVariant = (typeof imageVariants)[number];

/** Pixels on the longer side. */
export const previewPixels = 1024;
export const thumbnailPixels = 320;

interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A variant is stored only beside an original that is larger. */
export function hasVariant({ width, height }: PictureSize, variant: ImageVariant): boolean {
  const longerSide = Math.max(width, height);
  if (variant === 'PREVIEW') return longerSide > previewPixels;
  if (variant === 'THUMBNAIL') return longerSide > thumbnailPixels;
  return true;
}

/** What is stored for a variant: a variant larger than the picture is the picture. */
export function storedVariant(size: PictureSize, variant: ImageVariant): ImageVariant {
  return hasVariant(size, variant) ? variant : 'ORIGINAL';
}
