import { NotFound } from '../domain/user-errors.ts';
import { cancelGeneration } from '../generations/cancel.ts';
import { builder } from './builder.ts';
import { createGenerationSuccess } from './generation-success.ts';
import { decodeKey } from './global-ids.ts';

const CancelGenerationSuccess = createGenerationSuccess(
  'CancelGenerationSuccess',
  'It was asked to stop, or had ended before.',
);

builder.mutationField('cancelGeneration', (t) =>
  t.field({
    type: CancelGenerationSuccess,
    nullable: true,
    authScopes: { generate: true },
    description: 'Asks a generation to stop. On one that has ended it changes nothing and is no error.',
    args: { id: t.arg.id({ required: true, description: 'Of a generation.' }) },
    errors: {
      types: [NotFound],
      union: { name: 'CancelGenerationResult', description: 'The generation, or why there is none.' },
    },
    async resolve(_, { id }, { services, viewer, audit }) {
      const generationId = decodeKey(id, 'Generation');
      await cancelGeneration(services, { generationId, userId: viewer.id, audit });
      return { generationId };
    },
  }),
);
