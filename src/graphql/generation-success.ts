import { queryFromInfo } from '@pothos/plugin-prisma';
import type { Generation } from '../database/generated/client.ts';
import { builder } from './builder.ts';
import { GenerationType } from './generation.ts';

interface TouchedGeneration {
  readonly generationId: string;
  /** Where it is known as it stands. */
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
        resolve({ generationId, generation }, _, context, info) {
          // Its type knows neither the model nor our strictness.
          const query = queryFromInfo({ context, info }) as { readonly select?: object };
          if (generation && isOfColumns(query)) return generation;
          return context.database.generation.findUniqueOrThrow({ ...query, where: { id: generationId } });
        },
      }),
    }),
  });
}

/** Nothing is asked for that is kept in rows of its own: one query for all of it is quicker than those that the plugin would add. */
function isOfColumns({ select = {} }: { readonly select?: object }): boolean {
  return Object.values(select).every((selected) => selected === true);
}
