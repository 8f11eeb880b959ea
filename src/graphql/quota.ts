import { readQuotas } from '../accounts/read-quotas.ts';
import { readOwnQuota } from '../database/json-columns.ts';
import { type Quota, toLimits } from '../domain/quota.ts';
import { builder } from './builder.ts';
import { QuotaKindEnum } from './enums.ts';
import { UserType } from './user.ts';

export const QuotaType = builder.objectRef<Quota>('Quota').implement({
  description: 'A limit, and how much of it is used.',
  // Also for who only makes pictures: it says why a request was refused.
  authScopes: { $any: { read: true, generate: true } },
  fields: (t) => ({
    kind: t.expose('kind', { type: QuotaKindEnum, description: 'What is limited.' }),
    limit: t.expose('limit', { type: 'Decimal', description: 'A count, or USD.' }),
    used: t.expose('used', { type: 'Decimal', description: 'In the minute, day or month of now, by UTC.' }),
    reserved: t.expose('reserved', {
      type: 'Decimal',
      description: 'What unfinished generations may cost beside it, in USD.',
    }),
    resetsAt: t.expose('resetsAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When what is used counts no more. Null where something has to end first.',
    }),
  }),
});

builder.prismaObjectField(UserType, 'quota', (t) =>
  t.field({
    type: [QuotaType],
    description: 'What is limited; empty where nothing is.',
    authScopes: { read: true },
    select: { id: true, quota: true },
    async resolve({ id, quota }, _, { services: { database, quotaDefaults, clock } }) {
      const user = { subject: { kind: 'user', id }, limits: toLimits(quotaDefaults, readOwnQuota(quota)) } as const;
      return [...(await readQuotas(database.pool, user, new Date(clock.now())))];
    },
  }),
);
