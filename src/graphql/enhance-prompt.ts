import { reserveCall, settleCall } from '../accounts/reserve-quota.ts';
import { ContentRefused, InvalidInput, ModelUnavailable, QuotaExceeded, UnknownModel } from '../domain/user-errors.ts';
import { enhancePrompt } from '../prompts/enhance-prompt.ts';
import { builder } from './builder.ts';
import { PromptType } from './prompt.ts';

const EnhancePromptInput = builder.inputType('EnhancePromptInput', {
  description: 'What to word better.',
  fields: (t) => ({
    prompt: t.string({ required: true, description: 'The words, in 1 to 10,000 characters.' }),
    model: t.string({ description: 'The slug of the model that they are for. Default: the configured default model.' }),
  }),
});

type Wording = typeof PromptType.$inferType;

const EnhancePromptSuccess = builder.objectRef<Wording>('EnhancePromptSuccess').implement({
  authScopes: { generate: true },
  description: 'There is a better wording.',
  fields: (t) => ({
    prompt: t.field({
      type: PromptType,
      description: 'The better wording. It is kept nowhere.',
      resolve: (wording) => wording,
    }),
  }),
});

builder.mutationField('enhancePrompt', (t) =>
  t.field({
    type: EnhancePromptSuccess,
    nullable: true,
    authScopes: { generate: true },
    description: 'Makes a better wording of a prompt, as `enhancePrompt` of a generation does it, and nothing else.',
    args: { input: t.arg({ type: EnhancePromptInput, required: true, description: 'What to word better.' }) },
    errors: {
      types: [InvalidInput, UnknownModel, ContentRefused, ModelUnavailable, QuotaExceeded],
      union: { name: 'EnhancePromptResult', description: 'The better wording, or why there is none.' },
    },
    async resolve(_, { input: { prompt, model = null } }, { services, signal, viewer }) {
      const id = await reserveCall(services, viewer, { kind: 'ENHANCEMENT' });
      const { text, costUsd } = await enhancePrompt(services, { prompt, model, signal });
      await settleCall(services, { id, costUsd });
      const { writtenBy } = services.enhancer;
      // No row: with a value for every column nothing is looked up.
      const nowhere = { id: '', generationId: '', position: 0 };
      return { ...nowhere, text, writtenBy, source: 'ENHANCER', createdAt: new Date(services.clock.now()) };
    },
  }),
);
