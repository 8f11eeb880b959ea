import { queryFromInfo } from '@pothos/plugin-prisma';
import type { Generation } from '../database/generated/client.ts';
import { builder } from './builder.ts';
import { GenerationType } from './generation.ts';

interface TouchedGeneration {
  readonly generationId: string;
  /** Where it is known as it stands. Whatever else is asked for is read: what is kept in rows of their own. */
  readonly generation?: Generation | null;
}

/** What a mutation answers with that did something to a generation. */
export function createGenerationSuccess<Shape extends TouchedGeneration>(name: string, description: string) {
  return builder.objectRef<Shape>(name).implement({
    authScopes: { generate: true },
    description,
    fields: (t) => ({
      generation: t.field({
        type: GenerationType,
        description: 'As it stands now.',
        resolve: ({ generationId, generation }, _, context, info) =>
          generation ??
          context.database.generation.findUniqueOrThrow({
            // Its type knows neither the model nor our strictness.
            ...(queryFromInfo({ context, info }) as object),
            where: { id: generationId },
          }),
      }),
    }),
  });
}
