import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ErrorsPlugin from '@pothos/plugin-errors';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { isAdministrator } from '../accounts/administrator.ts';
import type { Prisma } from '../database/generated/client.ts';
import type PrismaTypes from '../database/generated/pothos.ts';
import { getDatamodel } from '../database/generated/pothos.ts';
import type { Upload } from '../inputs/image-source.ts';
import { toComplexity } from './complexity.ts';
import type { Context } from './context.ts';
import { createForbidden, findMissing } from './forbidden.ts';
import { decodeGlobalId, encodeGlobalId } from './global-ids.ts';
import LoadedColumnsPlugin from './loaded-columns.ts';
import { relayDescriptions } from './relay-descriptions.ts';

interface SchemaTypes {
  Context: Context;
  PrismaTypes: PrismaTypes;
  DefaultFieldNullability: false;
  DefaultEdgesNullability: { list: false; items: false };
  DefaultNodeNullability: false;
  AuthScopes: {
    /** Whoever is known, whatever they may do. */
    public: boolean;
    /** May see what READ sees, or what was made with GENERATE. */
    result: boolean;
    /** May see what is theirs. */
    read: boolean;
    /** May make and remove pictures. */
    generate: boolean;
    /** May change keys and the account. */
    manage: boolean;
    /** Looks after everybody's. */
    admin: boolean;
  };
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    Decimal: { Input: string; Output: Prisma.Decimal | string };
    File: { Input: Upload; Output: never };
    ID: { Input: string; Output: string };
  };
}

/** Plugins and rules alone; each type has a file of its own. A plugin wraps the resolvers of those after it. */
export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [ScopeAuthPlugin, LoadedColumnsPlugin, ErrorsPlugin, RelayPlugin, PrismaPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  errors: { directResult: true },
  scopeAuth: {
    authScopes: ({ viewer }) => ({
      public: true,
      result: viewer.scopes.has('READ') || viewer.scopes.has('GENERATE'),
      read: viewer.scopes.has('READ'),
      generate: viewer.scopes.has('GENERATE'),
      manage: viewer.scopes.has('MANAGE'),
      admin: isAdministrator(viewer),
    }),
    authorizeOnSubscribe: true,
    // Once for each object: for each of its fields, a page of history would take a tenth longer.
    runScopesOnType: true,
    unauthorizedError: (_, __, ___, { failure }) => createForbidden(findMissing(failure)),
  },
  // Only says what fields cost: who asks is refused before anything is resolved, not by each root field.
  complexity: { fieldComplexity: toComplexity, disabled: true },
  prisma: { client: (context) => context.database, dmmf: getDatamodel(), onUnusedQuery: 'error' },
  relay: {
    cursorType: 'String',
    encodeGlobalID: encodeGlobalId,
    decodeGlobalID: decodeGlobalId,
    edgesFieldOptions: { nullable: { list: false, items: false }, description: 'One page.' },
    nodeFieldOptions: { nullable: false, description: 'The thing itself.' },
    ...relayDescriptions,
  },
});
