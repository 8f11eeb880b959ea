import {
  IdempotencyConflict,
  InputImageUnusable,
  InvalidInput,
  ModelUnavailable,
  NotFound,
  NotPossible,
  QueueFull,
  QuotaExceeded,
} from '../domain/user-errors.ts';
import { retryGeneration } from '../generations/retry-generation.ts';
import { builder } from './builder.ts';
import { GenerateImageSuccess, idempotencyKeyDescription } from './generate-image-success.ts';
import { decodeKey } from './global-ids.ts';

builder.mutationField('retryGeneration', (t) =>
  t.field({
    type: GenerateImageSuccess,
    nullable: true,
    authScopes: { generate: true },
    description:
      'Only an ended generation. A new one with the same request, inputs and seed; after `OUTCOME_UNKNOWN` it may be paid a ' +
      'second time.',
    args: {
      id: t.arg.id({ required: true, description: 'Of a generation.' }),
      idempotencyKey: t.arg.string({ description: idempotencyKeyDescription }),
    },
    errors: {
      types: [
        NotFound,
        NotPossible,
        InvalidInput,
        ModelUnavailable,
        InputImageUnusable,
        QuotaExceeded,
        QueueFull,
        IdempotencyConflict,
      ],
      union: { name: 'RetryGenerationResult', description: 'The new generation, or why there is none.' },
    },
    resolve: (_, { id, idempotencyKey }, { services, viewer, audit }) =>
      retryGeneration(services, {
        asker: viewer,
        audit,
        generationId: decodeKey(id, 'Generation'),
        idempotencyKey: idempotencyKey ?? null,
      }),
  }),
);
