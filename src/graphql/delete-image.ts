import { NotFound, NotPossible } from '../domain/user-errors.ts';
import { deleteImage } from '../inputs/delete-image.ts';
import { builder } from './builder.ts';
import { decodeKey } from './global-ids.ts';

const DeleteImageSuccess = builder.objectRef<{ readonly deletedImageId: string }>('DeleteImageSuccess').implement({
  authScopes: { generate: true },
  description: 'It is gone.',
  fields: (t) => ({
    deletedImageId: t.exposeID('deletedImageId', { description: 'The id that was asked for.' }),
  }),
});

builder.mutationField('deleteImage', (t) =>
  t.field({
    type: DeleteImageSuccess,
    nullable: true,
    authScopes: { generate: true },
    description: 'Refused while a generation uses it, and while the generation that made it is there.',
    args: { id: t.arg.id({ required: true, description: 'Of an image.' }) },
    errors: {
      types: [NotFound, NotPossible],
      union: { name: 'DeleteImageResult', description: 'That it is gone, or why it is not.' },
    },
    async resolve(_, { id }, { services, viewer, audit }) {
      await deleteImage(services, { imageId: decodeKey(id, 'Image'), userId: viewer.id, audit });
      return { deletedImageId: id };
    },
  }),
);
