import { revokeApiKey } from '../accounts/revoke-api-key.ts';
import { NotFound } from '../domain/user-errors.ts';
import { ApiKeyType } from './api-key.ts';
import { builder } from './builder.ts';
import { decodeKey } from './global-ids.ts';

const RevokeApiKeySuccess = builder.objectRef<{ readonly apiKeyId: string }>('RevokeApiKeySuccess').implement({
  description: 'It does not work any more.',
  authScopes: { manage: true },
  fields: (t) => ({
    apiKey: t.prismaField({
      type: ApiKeyType,
      description: 'As it stands now.',
      resolve: (query, { apiKeyId }, _, { database }) =>
        database.apiKey.findUniqueOrThrow({ ...query, where: { id: apiKeyId } }),
    }),
  }),
});

builder.mutationField('revokeApiKey', (t) =>
  t.field({
    type: RevokeApiKeySuccess,
    nullable: true,
    authScopes: { manage: true },
    description:
      'Takes a key back for good, everywhere within five seconds. On one that is revoked it changes nothing.',
    args: { id: t.arg.id({ required: true, description: 'Of an API key.' }) },
    errors: {
      types: [NotFound],
      union: { name: 'RevokeApiKeyResult', description: 'The key, or why there is none.' },
    },
    async resolve(_, { id }, { services, viewer, audit }) {
      const apiKeyId = decodeKey(id, 'ApiKey');
      await revokeApiKey(services, { apiKeyId, userId: viewer.id, audit });
      return { apiKeyId };
    },
  }),
);
