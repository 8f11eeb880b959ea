import { builder } from './builder.ts';
import { resolvePage } from './connection.ts';
import { GenerationType } from './generation.ts';
import { GenerationConnection } from './generations.ts';
import { ImageType } from './image.ts';
import { toSelection } from './selection.ts';

builder.objectField(ImageType, 'usedBy', (t) =>
  t.connection(
    {
      type: GenerationType,
      authScopes: { read: true },
      description: 'The generations that it was an input of, newest first.',
      resolve: (image, args, context, info) =>
        resolvePage(args, (page) => {
          const query = toSelection(context, info, ['edges', 'node']);
          const where = { ...page.where, inputs: { some: { imageId: image.id } } };
          return context.database.generation.findMany({ ...query, ...page, where });
        }),
    },
    GenerationConnection,
  ),
);

builder.prismaObjectField(ImageType, 'parents', (t) =>
  t.field({
    type: [ImageType],
    description: 'The input images of the generation that made it, in their order, as far as they were fetched.',
    select: (_, __, nestedSelection) => ({
      generation: {
        select: { inputs: { orderBy: { position: 'asc' }, select: { image: nestedSelection(true) } } },
      },
    }),
    resolve: ({ generation }) => generation?.inputs.flatMap(({ image }) => image ?? []) ?? [],
  }),
);
