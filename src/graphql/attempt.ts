import { readFailure } from '../database/json-columns.ts';
import { builder } from './builder.ts';
import { AttemptKindEnum, AttemptOutcomeEnum } from './enums.ts';
import { GenerationFailureType } from './failure.ts';

export const AttemptType = builder.prismaObject('Attempt', {
  authScopes: { result: true },
  description: 'One call that may cost.',
  fields: (t) => ({
    number: t.exposeInt('number', { description: 'From 1.' }),
    kind: t.field({
      type: AttemptKindEnum,
      description: 'What it was for.',
      select: { kind: true },
      resolve: (attempt) => attempt.kind as typeof AttemptKindEnum.$inferType,
    }),
    provider: t.exposeString('provider', { description: 'Who was called.' }),
    model: t.exposeString('model', { description: 'The slug of the model.' }),
    providerRequestId: t.exposeString('providerRequestId', {
      nullable: true,
      description: "The provider's own id of the call.",
    }),
    outcome: t.field({
      type: AttemptOutcomeEnum,
      description: 'How it ended.',
      select: { outcome: true },
      resolve: (attempt) => attempt.outcome as typeof AttemptOutcomeEnum.$inferType,
    }),
    failure: t.field({
      type: GenerationFailureType,
      nullable: true,
      description: 'Why it failed.',
      select: { failure: true },
      resolve: (attempt) => readFailure(attempt.failure),
    }),
    delayMilliseconds: t.exposeInt('delayMilliseconds', {
      nullable: true,
      description: 'How long it waited at the provider, where the provider tells.',
    }),
    executionMilliseconds: t.exposeInt('executionMilliseconds', {
      nullable: true,
      description: 'How long the provider worked, where it tells.',
    }),
    costUsd: t.expose('costUsd', { type: 'Decimal', nullable: true, description: 'USD, once known.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', description: 'When the provider was called.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});
