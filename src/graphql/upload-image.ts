import { reserveCall } from '../accounts/reserve-quota.ts';
import { InputImageUnusable, QuotaExceeded } from '../domain/user-errors.ts';
import { uploadImage } from '../inputs/upload-image.ts';
import { builder } from './builder.ts';
import { ImageType } from './image.ts';
import { withStorage } from './with-storage.ts';

interface UploadedImage {
  readonly imageId: string;
  readonly replayed: boolean;
}

const UploadImageSuccess = builder.objectRef<UploadedImage>('UploadImageSuccess').implement({
  authScopes: { generate: true },
  description: 'The image is stored.',
  fields: (t) => ({
    image: t.prismaField({
      type: ImageType,
      description: 'Upright, in sRGB, and without the metadata that came with it.',
      resolve: (query, { imageId }, _, { database }) =>
        database.image.findUniqueOrThrow({ ...query, where: { id: imageId } }),
    }),
    replayed: t.exposeBoolean('replayed', { description: 'It was stored before.' }),
  }),
});

builder.mutationField('uploadImage', (t) =>
  t.field({
    type: UploadImageSuccess,
    nullable: true,
    authScopes: { generate: true },
    description: 'Stores an image for later generations. The same bytes are stored once.',
    args: { file: t.arg({ type: 'File', required: true, description: 'PNG, JPEG or WebP.' }) },
    errors: {
      types: [InputImageUnusable, QuotaExceeded],
      union: { name: 'UploadImageResult', description: 'The image, or why it is not stored.' },
    },
    async resolve(_, { file }, context) {
      const { services, viewer, audit } = context;
      await reserveCall(services, viewer, { kind: 'UPLOAD' });
      return withStorage(context, uploadImage(services, { userId: viewer.id, upload: file, audit }));
    },
  }),
);
