import { type ImageVariant, storedVariant } from '../domain/image-variant.ts';
import { variantName } from '../storage/blob-names.ts';
import type { ImageLink } from '../storage/image-store.ts';
import { createBadInput } from './bad-input.ts';
import { builder } from './builder.ts';
import { toDataUrl } from './data-url.ts';
import { ImageVariantEnum } from './enums.ts';
import { encodeGlobalId } from './global-ids.ts';
import { ImageType } from './image.ts';

const maxDataUrlBytes = 8 * 1024 * 1024;
const maxLinkSeconds = 7 * 24 * 3600;
const located = { blobName: true, width: true, height: true, mediaType: true, sizeBytes: true } as const;

const ImageLinkType = builder.objectRef<ImageLink>('ImageLink').implement({
  authScopes: { result: true },
  description: 'A signed link to the bytes.',
  fields: (t) => ({
    href: t.exposeString('href', { description: 'Works without further credentials.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'Until then.' }),
  }),
});

builder.prismaObjectFields(ImageType, (t) => ({
  link: t.field({
    type: ImageLinkType,
    description:
      'A link that works without further credentials until `expiresAt`. The same link is given out for up to half its ' +
      'life, so that caches work. A variant larger than the picture is the picture.',
    args: {
      variant: t.arg({
        type: ImageVariantEnum,
        required: true,
        defaultValue: 'ORIGINAL',
        description: 'Which size.',
      }),
      minimumSeconds: t.arg.int({
        required: true,
        defaultValue: 3600,
        description: 'How long the link works at least: 1 to 604800.',
      }),
    },
    select: located,
    resolve(image, { variant, minimumSeconds }, { services, baseUrl }) {
      if (minimumSeconds < 1 || minimumSeconds > maxLinkSeconds) {
        throw createBadInput(`“minimumSeconds” must be 1 to ${maxLinkSeconds}.`);
      }
      const { href, expiresAt } = services.images.link(toBlobName(image, variant), { minimumSeconds });
      return { href: href.startsWith('/') ? `${baseUrl}${href}` : href, expiresAt };
    },
  }),
  permalink: t.string({
    description:
      'An address that does not change and does not expire: the server checks who asks and redirects to a fresh link. A ' +
      'path on this server, for the original; `preview` or `thumbnail` as its last part leads to those.',
    select: { id: true },
    resolve: ({ id }) => `/images/${encodeGlobalId('Image', id)}/original`,
  }),
  dataUrl: t.string({
    nullable: true,
    // The bytes are read, and held until they are sent.
    complexity: 50,
    description: 'Null above 8 MB, and when the bytes cannot be read.',
    args: {
      variant: t.arg({ type: ImageVariantEnum, required: true, defaultValue: 'PREVIEW', description: 'Which size.' }),
    },
    select: located,
    async resolve(image, { variant }, { services, signal }) {
      const stored = storedVariant(image, variant);
      if (stored === 'ORIGINAL' && image.sizeBytes > maxDataUrlBytes) return null;
      const bytes = await services.images.read(variantName(image.blobName, stored), { signal }).catch(() => undefined);
      if (bytes === undefined) return null;
      return toDataUrl(stored === 'ORIGINAL' ? image.mediaType : 'image/webp', bytes);
    },
  }),
}));

interface Located {
  readonly blobName: string;
  readonly width: number;
  readonly height: number;
}

/** The blob of a variant of a stored picture. */
export function toBlobName(image: Located, variant: ImageVariant): string {
  return variantName(image.blobName, storedVariant(image, variant));
}
