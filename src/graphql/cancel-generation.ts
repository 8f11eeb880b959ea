import { NotFound } from '../domain/user-errors.ts';
import { cancelGeneration } from '../generations/cancel.ts';
import { builder } from './builder.ts';
import { GenerationType } from './generation.ts';
import { decodeKey } from './global-ids.ts';

const CancelGenerationSuccess = builder
  .objectRef<{ readonly generationId: string }>('CancelGenerationSuccess')
  .implement({
    description: 'It was asked to stop, or had ended before.',
    fields: (t) => ({
      generation: t.prismaField({
        type: GenerationType,
        description: 'As it stands now.',
        resolve: (query, { generationId }, _, { database }) =>
          database.generation.findUniqueOrThrow({ ...query, where: { id: generationId } }),
      }),
    }),
  });

builder.mutationField('cancelGeneration', (t) =>
  t.field({
    type: CancelGenerationSuccess,
    nullable: true,
    description: 'Asks a generation to stop. On one that has ended it changes nothing and is no error.',
    args: { id: t.arg.id({ required: true, description: 'Of a generation.' }) },
    errors: {
      types: [NotFound],
      union: { name: 'CancelGenerationResult', description: 'The generation, or why there is none.' },
    },
    async resolve(_, { id }, { services, viewer }) {
      const generationId = decodeKey(id, 'Generation');
      await cancelGeneration(services, { generationId, userId: viewer.id });
      return { generationId };
    },
  }),
);
