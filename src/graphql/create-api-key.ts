import { type CreatedApiKey, createApiKey, maxLivingKeys, maxNameCharacters } from '../accounts/create-api-key.ts';
import { InvalidInput } from '../domain/user-errors.ts';
import { ApiKeyType } from './api-key.ts';
import { builder } from './builder.ts';
import { ApiKeyScopeEnum } from './enums.ts';

const CreateApiKeyInput = builder.inputType('CreateApiKeyInput', {
  description: 'A key for a program that acts for the viewer.',
  fields: (t) => ({
    name: t.string({ required: true, description: `For people: 1 to ${maxNameCharacters} characters.` }),
    scopes: t.field({
      type: [ApiKeyScopeEnum],
      required: true,
      description: 'What may be done with it: at least one thing, and nothing that the viewer may not do.',
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'When it ends, in the future. Default: never.' }),
  }),
});

const CreateApiKeySuccess = builder
  .objectRef<Pick<CreatedApiKey, 'apiKeyId' | 'secret'>>('CreateApiKeySuccess')
  .implement({
    description: 'The key is there.',
    authScopes: { manage: true },
    fields: (t) => ({
      apiKey: t.prismaField({
        type: ApiKeyType,
        description: 'What stays visible of it.',
        resolve: (query, { apiKeyId }, _, { database }) =>
          database.apiKey.findUniqueOrThrow({ ...query, where: { id: apiKeyId } }),
      }),
      secret: t.exposeString('secret', { description: 'Shown this once. Sent as `Authorization: Bearer …`.' }),
    }),
  });

const keysAreOff = { path: ['input'], message: 'API keys are off here: the server has no API_KEY_PEPPER.' };

builder.mutationField('createApiKey', (t) =>
  t.field({
    type: CreateApiKeySuccess,
    nullable: true,
    authScopes: { manage: true },
    description: `Makes a key for the viewer, who has at most ${maxLivingKeys} that work.`,
    args: { input: t.arg({ type: CreateApiKeyInput, required: true, description: 'What key.' }) },
    errors: {
      types: [InvalidInput],
      union: { name: 'CreateApiKeyResult', description: 'The key, or why there is none.' },
    },
    async resolve(_, { input }, { services, viewer, audit }) {
      const { hashApiKey } = services;
      if (hashApiKey === undefined) throw new InvalidInput([keysAreOff]);
      return createApiKey(
        { ...services, hashApiKey },
        {
          ...input,
          expiresAt: input.expiresAt ?? null,
          userId: viewer.id,
          grantable: viewer.scopes,
          audit,
        },
      );
    },
  }),
);
