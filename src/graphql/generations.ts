import { findGenerationsByText } from '../database/find-generations-by-text.ts';
import type { Prisma } from '../database/generated/client.ts';
import { createBadInput } from './bad-input.ts';
import { builder } from './builder.ts';
import { type Page, resolvePage } from './connection.ts';
import type { Context } from './context.ts';
import { GenerationStatusEnum } from './enums.ts';
import { GenerationType } from './generation.ts';
import { ownerDescription, toOwner } from './list-owner.ts';
import { toSelection } from './selection.ts';

export const GenerationConnection = builder.connectionObject(
  {
    type: GenerationType,
    authScopes: { result: true },
    name: 'GenerationConnection',
    description: 'A page of generations, newest first.',
  },
  { authScopes: { result: true }, name: 'GenerationEdge', description: 'A generation in a list.' },
);

const GenerationFilterInput = builder.inputType('GenerationFilter', {
  description: 'Everything that is given must hold.',
  fields: (t) => ({
    user: t.id({ description: ownerDescription }),
    status: t.field({ type: [GenerationStatusEnum], description: 'One of these.' }),
    model: t.stringList({ description: 'One of these slugs.' }),
    provider: t.stringList({ description: 'One of these.' }),
    text: t.string({ description: 'Words that one of its wordings holds. Quotes and - work as in a web search.' }),
    createdAfter: t.field({ type: 'DateTime', description: 'Accepted after this instant.' }),
    createdBefore: t.field({ type: 'DateTime', description: 'Accepted before this instant.' }),
  }),
});

type Filter = typeof GenerationFilterInput.$inferInput;

builder.queryField('generations', (t) =>
  t.connection(
    {
      type: GenerationType,
      nullable: true,
      authScopes: { read: true },
      description: "The viewer's generations, newest first. `first` or `last`: 20 when neither is given, 100 at most.",
      args: { where: t.arg({ type: GenerationFilterInput, description: 'Which ones. Default: all.' }) },
      resolve: (_, args, context, info) =>
        resolvePage(args, async (page) => {
          const query = toSelection(context, info, ['edges', 'node']);
          const where = await toWhere(context, args.where ?? {}, page);
          return context.database.generation.findMany({ ...query, ...page, where });
        }),
    },
    GenerationConnection,
  ),
);

/** The page and the filter together. Text is looked up first: its index is not one that Prisma can ask. */
async function toWhere(context: Context, filter: Filter, page: Page): Promise<Prisma.GenerationWhereInput> {
  checkTexts(filter);
  const userId = toOwner(context, filter.user);
  if (typeof filter.text !== 'string') return { ...toColumns(filter), userId, ...page.where };
  const ids = await findGenerationsByText(context.services.database.pool, {
    userId,
    text: filter.text,
    statuses: filter.status ?? null,
    models: filter.model ?? null,
    providers: filter.provider ?? null,
    createdAfter: filter.createdAfter ?? null,
    createdBefore: filter.createdBefore ?? null,
    olderThan: page.where.id.lt ?? null,
    newerThan: page.where.id.gt ?? null,
    order: page.orderBy.id,
    limit: page.take,
  });
  return { id: { in: [...ids] } };
}

/** No stored text holds a NUL, and PostgreSQL does not even take one to compare with. */
function checkTexts({ text, model, provider }: Filter): void {
  const texts = [text ?? '', ...(model ?? []), ...(provider ?? [])];
  if (texts.some((given) => given.includes('\0'))) throw createBadInput('The filter holds a NUL character.');
}

function toColumns(filter: Filter): Prisma.GenerationWhereInput {
  return {
    ...(filter.status ? { status: { in: filter.status } } : {}),
    ...(filter.model ? { modelSlug: { in: filter.model } } : {}),
    ...(filter.provider ? { provider: { in: filter.provider } } : {}),
    createdAt: {
      ...(filter.createdAfter ? { gt: filter.createdAfter } : {}),
      ...(filter.createdBefore ? { lt: filter.createdBefore } : {}),
    },
  };
}
