import type { Prisma } from '../database/generated/client.ts';
import { createBadInput } from './bad-input.ts';
import { builder } from './builder.ts';
import { resolvePage } from './connection.ts';
import { toSelection } from './selection.ts';
import { UserType } from './user.ts';

const UserConnection = builder.connectionObject(
  {
    type: UserType,
    authScopes: { admin: true },
    name: 'UserConnection',
    description: 'A page of users, newest first.',
  },
  { authScopes: { admin: true }, name: 'UserEdge', description: 'A user in a list.' },
);

const UserFilterInput = builder.inputType('UserFilter', {
  description: 'Everything that is given must hold.',
  fields: (t) => ({
    email: t.string({ description: 'Exactly this address.' }),
  }),
});

builder.queryField('users', (t) =>
  t.connection(
    {
      type: UserType,
      nullable: true,
      authScopes: { admin: true },
      description:
        'Everybody, newest first; for administrators. `first` or `last`: 20 when neither is given, 100 at most.',
      args: { where: t.arg({ type: UserFilterInput, description: 'Which ones. Default: all.' }) },
      resolve: (_, args, context, info) =>
        resolvePage(args, (page) => {
          const query = toSelection(context, info, ['edges', 'node']);
          return context.database.user.findMany({
            ...query,
            ...page,
            where: { ...toColumns(args.where), ...page.where },
          });
        }),
    },
    UserConnection,
  ),
);

function toColumns(filter: typeof UserFilterInput.$inferInput | null | undefined): Prisma.UserWhereInput {
  if (typeof filter?.email !== 'string') return {};
  // PostgreSQL does not even take one to compare with.
  if (filter.email.includes('\0')) throw createBadInput('The filter holds a NUL character.');
  return { email: filter.email };
}
