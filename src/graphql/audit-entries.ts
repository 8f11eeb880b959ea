import type { AuditEntry } from '../database/insert-audit-entry.ts';
import { builder } from './builder.ts';
import { resolvePage } from './connection.ts';
import { decodeKey, encodeGlobalId } from './global-ids.ts';

const AuditEntryType = builder.objectRef<AuditEntry>('AuditEntry').implement({
  description: 'Something that somebody did.',
  authScopes: { admin: true },
  fields: (t) => ({
    id: t.id({ description: 'Opaque and global.', resolve: ({ id }) => encodeGlobalId('AuditEntry', id) }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
    userId: t.id({
      nullable: true,
      description:
        'Of the user who acted, who may be gone; null for an operator at the command line and for the server itself.',
      resolve: ({ userId }) => (userId === null ? null : encodeGlobalId('User', userId)),
    }),
    credential: t.exposeString('credential', {
      description:
        'How they had shown who they are: local, api-key, token, session or operator; system for the server, none for nobody.',
    }),
    apiKeyId: t.id({
      nullable: true,
      description: 'Of the key that was shown.',
      resolve: ({ apiKeyId }) => (apiKeyId === null ? null : encodeGlobalId('ApiKey', apiKeyId)),
    }),
    action: t.exposeString('action', { description: 'For example generation.create.' }),
    objectId: t.exposeString('objectId', { nullable: true, description: 'What it was done to, as tables name it.' }),
    address: t.exposeString('address', { nullable: true, description: 'Where the request came from.' }),
    requestId: t.exposeString('requestId', { nullable: true, description: 'As in the log.' }),
    details: t.string({
      description: 'What else is worth knowing, as JSON.',
      resolve: ({ details }) => JSON.stringify(details),
    }),
  }),
});

const AuditEntryConnection = builder.connectionObject(
  {
    type: AuditEntryType,
    authScopes: { admin: true },
    name: 'AuditEntryConnection',
    description: 'A page of the audit log, newest first.',
  },
  { authScopes: { admin: true }, name: 'AuditEntryEdge', description: 'An entry in a list.' },
);

const AuditEntryFilterInput = builder.inputType('AuditEntryFilter', {
  description: 'Everything that is given must hold.',
  fields: (t) => ({
    userId: t.id({ description: 'Of the user who acted.' }),
    action: t.string({ description: 'For example generation.create.' }),
  }),
});

builder.queryField('auditEntries', (t) =>
  t.connection(
    {
      type: AuditEntryType,
      nullable: true,
      authScopes: { admin: true },
      description: 'What everybody did, newest first. `first` or `last`: 20 when neither is given, 100 at most.',
      args: { where: t.arg({ type: AuditEntryFilterInput, description: 'Which ones. Default: all.' }) },
      resolve: (_, args, { services }) =>
        resolvePage(args, async (page) => {
          const { userId, action } = args.where ?? {};
          const user = typeof userId === 'string' ? { userId: decodeKey(userId, 'User') } : {};
          const where = { ...page.where, ...user, ...(typeof action === 'string' ? { action } : {}) };
          const rows = await services.database.prisma.auditEntry.findMany({ ...page, where });
          return rows as unknown as readonly AuditEntry[];
        }),
    },
    AuditEntryConnection,
  ),
);
