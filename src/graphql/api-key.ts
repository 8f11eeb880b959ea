import { maxLivingKeys } from '../accounts/create-api-key.ts';
import type { Scope } from '../accounts/viewer.ts';
import { builder } from './builder.ts';
import { ApiKeyScopeEnum } from './enums.ts';
import { toUuid } from './global-ids.ts';

/** Room for all that work, and for as many that are over. */
export const maxListedKeys = 2 * maxLivingKeys;

export const ApiKeyType = builder.prismaNode('ApiKey', {
  description: 'Lets a program in as its user. The key itself is shown once, when it is made.',
  authScopes: { manage: true },
  id: { field: 'id', description: 'Opaque and global.' },
  nullable: true,
  findUnique: (id) => ({ id: toUuid(id) }),
  select: { id: true },
  fields: (t) => ({
    name: t.exposeString('name', { description: 'For people.' }),
    prefix: t.exposeString('prefix', { description: 'What the key begins with, by which people tell keys apart.' }),
    scopes: t.field({
      type: [ApiKeyScopeEnum],
      description: 'What may be done with it.',
      select: { scopes: true },
      resolve: ({ scopes }) => scopes as Scope[],
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was used last, to the minute; null for one that was not yet.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'From then on it does not work; null for one that does not end by itself.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was taken back; null for one that was not.',
    }),
  }),
});
