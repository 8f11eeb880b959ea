import { findImagesByText } from '../database/find-images-by-text.ts';
import type { Prisma } from '../database/generated/client.ts';
import { createBadInput } from './bad-input.ts';
import { builder } from './builder.ts';
import { type Page, resolvePage } from './connection.ts';
import type { Context } from './context.ts';
import { ImageOriginEnum } from './enums.ts';
import { ImageType } from './image.ts';
import { ownerDescription, toOwner } from './list-owner.ts';
import { toSelection } from './selection.ts';

const ImageConnection = builder.connectionObject(
  {
    type: ImageType,
    authScopes: { result: true },
    name: 'ImageConnection',
    description: 'A page of images, newest first.',
  },
  { authScopes: { result: true }, name: 'ImageEdge', description: 'An image in a list.' },
);

const ImageFilterInput = builder.inputType('ImageFilter', {
  description: 'Everything that is given must hold.',
  fields: (t) => ({
    user: t.id({ description: ownerDescription }),
    origin: t.field({ type: ImageOriginEnum, description: 'Where they come from.' }),
    text: t.string({
      description:
        'Words that a wording of the generation that made it holds. Quotes and - work as in a web search. No image that ' +
        'somebody sent has a wording.',
    }),
    createdAfter: t.field({ type: 'DateTime', description: 'Stored after this instant.' }),
    createdBefore: t.field({ type: 'DateTime', description: 'Stored before this instant.' }),
  }),
});

type Filter = typeof ImageFilterInput.$inferInput;

builder.queryField('images', (t) =>
  t.connection(
    {
      type: ImageType,
      nullable: true,
      authScopes: { read: true },
      description:
        "The viewer's images, sent and generated, newest first. `first` or `last`: 20 when neither is given, 100 at most.",
      args: { where: t.arg({ type: ImageFilterInput, description: 'Which ones. Default: all.' }) },
      resolve: (_, args, context, info) =>
        resolvePage(args, async (page) => {
          const query = toSelection(context, info, ['edges', 'node']);
          const where = await toWhere(context, args.where ?? {}, page);
          return context.database.image.findMany({ ...query, ...page, where });
        }),
    },
    ImageConnection,
  ),
);

/** The page and the filter together. Text is looked up first: its index is not one that Prisma can ask. */
async function toWhere(context: Context, filter: Filter, page: Page): Promise<Prisma.ImageWhereInput> {
  const { text, origin, createdAfter, createdBefore } = filter;
  const userId = toOwner(context, filter.user);
  if (typeof text !== 'string') return { ...toColumns(filter), userId, ...page.where };
  // PostgreSQL does not even take one to compare with.
  if (text.includes('\0')) throw createBadInput('The filter holds a NUL character.');
  const ids = await findImagesByText(context.services.database.pool, {
    userId,
    text,
    origin: origin ?? null,
    createdAfter: createdAfter ?? null,
    createdBefore: createdBefore ?? null,
    olderThan: page.where.id.lt ?? null,
    newerThan: page.where.id.gt ?? null,
    order: page.orderBy.id,
    limit: page.take,
  });
  return { id: { in: [...ids] } };
}

function toColumns({ origin, createdAfter, createdBefore }: Filter): Prisma.ImageWhereInput {
  return {
    ...(origin ? { origin } : {}),
    createdAt: {
      ...(createdAfter ? { gt: createdAfter } : {}),
      ...(createdBefore ? { lt: createdBefore } : {}),
    },
  };
}
