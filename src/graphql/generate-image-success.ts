import type { Acceptance } from '../generations/accept.ts';
import { builder } from './builder.ts';
import { createGenerationSuccess } from './generation-success.ts';

/** What every mutation answers with that starts a generation. */
export const GenerateImageSuccess = createGenerationSuccess<Acceptance>(
  'GenerateImageSuccess',
  'The request is accepted.',
);

builder.objectField(GenerateImageSuccess, 'replayed', (t) =>
  t.exposeBoolean('replayed', { description: 'It was accepted before, under the same idempotency key.' }),
);

export const idempotencyKeyDescription =
  'Of 1 to 255 characters, and new for each request: asked again with the same key within 24 hours, the same request is ' +
  'answered with the same generation, and another one with `IdempotencyConflict`.';
