import type { ImageSource, RequestedInput, Upload } from '../inputs/image-source.ts';
import { createBadInput } from './bad-input.ts';
import { builder } from './builder.ts';
import { decodeKey } from './global-ids.ts';

export const ImageSourceInput = builder.inputType('ImageSource', {
  description: 'Exactly one of them. PNG, JPEG or WebP of at most 40 megapixels, whatever name or type it comes with.',
  isOneOf: true,
  fields: (t) => ({
    imageId: t.id({ description: 'Of an image of the viewer, sent or generated.' }),
    url: t.string({ description: 'An http or https address, fetched when the generation runs. At most 20 MB.' }),
    dataUrl: t.string({ description: 'A data URL in base64. At most 10 MB.' }),
    file: t.field({ type: 'File', description: 'An upload. At most 20 MB.' }),
  }),
});

interface GivenSource {
  readonly imageId?: string | null | undefined;
  readonly url?: string | null | undefined;
  readonly dataUrl?: string | null | undefined;
  readonly file?: Upload | null | undefined;
}

export interface GivenImages {
  readonly inputImages?: readonly GivenSource[] | null | undefined;
  readonly mask?: GivenSource | null | undefined;
}

/** The input images of a request in their order, the mask last. */
export function toRequestedInputs({ inputImages, mask }: GivenImages): readonly RequestedInput[] {
  const references = (inputImages ?? []).map((given, position): RequestedInput => {
    return { role: 'REFERENCE', position, source: toImageSource(given) };
  });
  if (!mask) return references;
  return [...references, { role: 'MASK', position: references.length, source: toImageSource(mask) }];
}

/** Throws BAD_USER_INPUT unless exactly one is given: not every executor holds to `@oneOf`. */
export function toImageSource({ imageId, url, dataUrl, file }: GivenSource): ImageSource {
  const given: readonly ImageSource[] = [
    ...(typeof imageId === 'string' ? [{ kind: 'stored', imageId: decodeKey(imageId, 'Image') } as const] : []),
    ...(typeof url === 'string' ? [{ kind: 'url', url } as const] : []),
    ...(typeof dataUrl === 'string' ? [{ kind: 'dataUrl', dataUrl } as const] : []),
    ...(file ? [{ kind: 'upload', upload: file } as const] : []),
  ];
  const [source, ...others] = given;
  if (source === undefined || others.length > 0) throw createBadInput('An ImageSource has exactly one field.');
  return source;
}
