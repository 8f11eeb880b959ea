import { ApiKeyType, maxListedKeys } from './api-key.ts';
import { builder } from './builder.ts';
import { toUuid } from './global-ids.ts';

export const UserType = builder.prismaNode('User', {
  authScopes: { public: true },
  description: 'Somebody who generates pictures.',
  id: { field: 'id', description: 'Opaque and global.' },
  nullable: true,
  findUnique: (id) => ({ id: toUuid(id) }),
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString('name', { nullable: true, description: 'For people.' }),
    email: t.exposeString('email', { nullable: true, description: 'Where it is known.' }),
    apiKeys: t.relation('apiKeys', {
      type: ApiKeyType,
      authScopes: { manage: true },
      description: `Those that are not revoked first, then the newest. At most ${maxListedKeys}.`,
      query: {
        orderBy: [{ revokedAt: { sort: 'desc', nulls: 'first' } }, { id: 'desc' }],
        take: maxListedKeys,
      },
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.prismaField({
    type: UserType,
    authScopes: { public: true },
    description: 'Who asks.',
    resolve: (query, _, __, { database, viewer }) =>
      database.user.findUniqueOrThrow({ ...query, where: { id: viewer.id } }),
  }),
);
