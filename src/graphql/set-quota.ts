import { limitApiKey, limitUser } from '../accounts/set-quota.ts';
import type { Quota, QuotaLimits } from '../domain/quota.ts';
import { InvalidInput, NotFound, NotPossible } from '../domain/user-errors.ts';
import { builder } from './builder.ts';
import { decodeKey } from './global-ids.ts';
import { QuotaType } from './quota.ts';

const QuotaInput = builder.inputType('QuotaInput', {
  description: 'Limits in place of those of the configuration, which hold for what is left out. Null lifts a limit.',
  fields: (t) => ({
    running: t.int({ description: 'Generations that run at once.' }),
    queued: t.int({ description: 'Generations that wait at once.' }),
    perMinute: t.int({ description: 'Requests in a minute.' }),
    perDay: t.int({ description: 'Generations in a day.' }),
    usdPerDay: t.field({ type: 'Decimal', description: 'USD in a day.' }),
    usdPerMonth: t.field({ type: 'Decimal', description: 'USD in a month.' }),
  }),
});

interface LimitedQuotas {
  readonly quota: readonly Quota[];
}

const SetQuotaSuccess = builder.objectRef<LimitedQuotas>('SetQuotaSuccess').implement({
  description: 'These limits hold from now on.',
  authScopes: { manage: true },
  fields: (t) => ({
    quota: t.field({
      type: [QuotaType],
      description: 'What is limited, and how much of it is used.',
      resolve: ({ quota }) => [...quota],
    }),
  }),
});

builder.mutationField('setQuota', (t) =>
  t.field({
    type: SetQuotaSuccess,
    nullable: true,
    description: 'Gives a user limits of their own, in place of those that they had.',
    authScopes: { admin: true },
    args: {
      userId: t.arg.id({ required: true, description: 'Of a user.' }),
      quota: t.arg({ type: QuotaInput, required: true, description: 'What to limit.' }),
    },
    errors: {
      types: [InvalidInput, NotFound],
      union: { name: 'SetQuotaResult', description: 'The limits, or why they stay as they were.' },
    },
    async resolve(_, { userId, quota }, { services, viewer, audit }) {
      const wish = { quota: toLimits(quota), viewer, audit, userId: decodeKey(userId, 'User') };
      return { quota: await limitUser(services, wish) };
    },
  }),
);

builder.mutationField('setApiKeyQuota', (t) =>
  t.field({
    type: SetQuotaSuccess,
    nullable: true,
    description: 'Limits one of the viewer’s API keys, beside the limits of its user. Keys themselves may not do this.',
    authScopes: { manage: true },
    args: {
      id: t.arg.id({ required: true, description: 'Of an API key.' }),
      quota: t.arg({ type: QuotaInput, required: true, description: 'What to limit.' }),
    },
    errors: {
      types: [InvalidInput, NotFound, NotPossible],
      union: { name: 'SetApiKeyQuotaResult', description: 'The limits, or why they stay as they were.' },
    },
    async resolve(_, { id, quota }, { services, viewer, audit }) {
      const wish = { quota: toLimits(quota), viewer, audit, apiKeyId: decodeKey(id, 'ApiKey') };
      return { quota: await limitApiKey(services, wish) };
    },
  }),
);

/** What is left out is left to the configuration. */
function toLimits(quota: typeof QuotaInput.$inferInput): QuotaLimits {
  const given = {
    RUNNING: quota.running,
    QUEUED: quota.queued,
    PER_MINUTE: quota.perMinute,
    PER_DAY: quota.perDay,
    USD_PER_DAY: quota.usdPerDay,
    USD_PER_MONTH: quota.usdPerMonth,
  };
  const named = Object.entries(given).filter(([, limit]) => limit !== undefined);
  return Object.fromEntries(named.map(([kind, limit]) => [kind, limit === null ? null : String(limit)]));
}
