import { builder } from './builder.ts';
import { ImageOriginEnum } from './enums.ts';
import { toUuid } from './global-ids.ts';
import { PromptType } from './prompt.ts';

export const ImageType = builder.prismaNode('Image', {
  authScopes: { result: true },
  description: 'A stored picture.',
  id: { field: 'id', description: 'Opaque and global.' },
  nullable: true,
  findUnique: (id) => ({ id: toUuid(id) }),
  select: { id: true },
  fields: (t) => ({
    origin: t.field({
      type: ImageOriginEnum,
      description: 'Where it comes from.',
      select: { origin: true },
      resolve: (image) => image.origin as typeof ImageOriginEnum.$inferType,
    }),
    mediaType: t.exposeString('mediaType', { description: 'Of the original.' }),
    width: t.exposeInt('width', { description: 'Of the original, in pixels.' }),
    height: t.exposeInt('height', { description: 'Of the original, in pixels.' }),
    sizeBytes: t.exposeInt('sizeBytes', { description: 'Of the original.' }),
    sha256: t.exposeString('sha256', {
      description: 'In hexadecimal: of the original, and of an input as it was sent, before it was cleaned.',
    }),
    thumbHash: t.exposeString('thumbHash', {
      nullable: true,
      description: 'A few bytes in base64 that draw a blurred placeholder.',
    }),
    seed: t.string({
      nullable: true,
      description: 'The seed of this picture.',
      select: { seed: true },
      resolve: ({ seed }) => seed?.toString() ?? null,
    }),
    revisedPrompt: t.relation('revisedPrompt', {
      type: PromptType,
      nullable: true,
      description: 'The wording that the provider says it used for this picture.',
    }),
    generation: t.relation('generation', {
      nullable: true,
      description: 'The generation that made it; null for an input, and when that generation was deleted.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was stored.' }),
  }),
});
