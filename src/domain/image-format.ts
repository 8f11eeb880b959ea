export const imageFormats = ['PNG', 'WEBP', 'JPEG'] as const;
export type ImageFormat = (typeof imageFormats)[number];

const mediaTypes = { PNG: 'image/png', WEBP: 'image/webp', JPEG: 'image/jpeg' } as const;
export type ImageMediaType = (typeof mediaTypes)[ImageFormat];

export const imageMediaTypes: readonly ImageMediaType[] = Object.values(mediaTypes);

export function toMediaType(format: ImageFormat): ImageMediaType {
  return mediaTypes[format];
}
