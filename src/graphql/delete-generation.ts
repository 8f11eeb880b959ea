import { NotFound, NotPossible } from '../domain/user-errors.ts';
import { deleteGeneration } from '../generations/delete.ts';
import { builder } from './builder.ts';
import { decodeKey } from './global-ids.ts';

const DeleteGenerationSuccess = builder
  .objectRef<{ readonly deletedGenerationId: string }>('DeleteGenerationSuccess')
  .implement({
    authScopes: { generate: true },
    description: 'It is gone.',
    fields: (t) => ({
      deletedGenerationId: t.exposeID('deletedGenerationId', { description: 'The id that was asked for.' }),
    }),
  });

builder.mutationField('deleteGeneration', (t) =>
  t.field({
    type: DeleteGenerationSuccess,
    nullable: true,
    authScopes: { generate: true },
    description:
      'Only an ended generation. Removes it, its log and its output pictures that no other generation uses; inputs stay.',
    args: { id: t.arg.id({ required: true, description: 'Of a generation.' }) },
    errors: {
      types: [NotFound, NotPossible],
      union: { name: 'DeleteGenerationResult', description: 'That it is gone, or why it is not.' },
    },
    async resolve(_, { id }, { services, viewer, audit }) {
      await deleteGeneration(services, { generationId: decodeKey(id, 'Generation'), userId: viewer.id, audit });
      return { deletedGenerationId: id };
    },
  }),
);
