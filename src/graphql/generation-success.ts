import { builder } from './builder.ts';
import { GenerationType } from './generation.ts';

/** What a mutation answers with that did something to a generation: its id, from which the rest is read. */
export function createGenerationSuccess<Shape extends { readonly generationId: string }>(
  name: string,
  description: string,
) {
  return builder.objectRef<Shape>(name).implement({
    authScopes: { generate: true },
    description,
    fields: (t) => ({
      generation: t.prismaField({
        type: GenerationType,
        description: 'As it stands now.',
        resolve: (query, { generationId }, _, { database }) =>
          database.generation.findUniqueOrThrow({ ...query, where: { id: generationId } }),
      }),
    }),
  });
}
