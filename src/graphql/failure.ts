import type { Failure } from '../domain/failure.ts';
import { builder } from './builder.ts';
import { FailureCodeEnum, GenerationStageEnum } from './enums.ts';

export const GenerationFailureType = builder.objectRef<Failure>('GenerationFailure').implement({
  authScopes: { result: true },
  description: 'Why a generation or an attempt failed.',
  fields: (t) => ({
    code: t.field({
      type: FailureCodeEnum,
      description: 'For programs.',
      resolve: (failure) => failure.code,
    }),
    message: t.exposeString('message', { description: 'For people.' }),
    retryable: t.exposeBoolean('retryable', {
      description: 'Whether asking again may help. After OUTCOME_UNKNOWN it may also be paid twice.',
    }),
    stage: t.field({
      type: GenerationStageEnum,
      nullable: true,
      description: 'What it was doing.',
      resolve: (failure) => failure.stage,
    }),
    categories: t.stringList({
      description: "What a refusal named, in the provider's words.",
      resolve: (failure) => [...failure.categories],
    }),
  }),
});
