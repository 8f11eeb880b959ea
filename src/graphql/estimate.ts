import { InvalidInput, UnknownModel } from '../domain/user-errors.ts';
import { type Estimate, estimateGeneration } from '../generations/estimate.ts';
import { builder } from './builder.ts';
import { GenerateImageInput, toRequest } from './generate-image.ts';
import { GenerationOptionsType, OptionWarningType } from './generation-options.ts';
import { toRequestedInputs } from './image-source.ts';

const EstimateType = builder.objectRef<Estimate>('Estimate').implement({
  description: 'What a request would come to.',
  authScopes: { read: true },
  fields: (t) => ({
    options: t.field({
      type: GenerationOptionsType,
      description: 'What would be applied. The size of an input image may still change that of the pictures.',
      resolve: ({ options }) => options,
    }),
    warnings: t.field({
      type: [OptionWarningType],
      description: 'What could not be done of it.',
      resolve: ({ warnings }) => [...warnings],
    }),
    costUsd: t.expose('costUsd', { type: 'Decimal', nullable: true, description: 'Null where nobody knows.' }),
    secondsP50: t.exposeFloat('secondsP50', {
      nullable: true,
      description:
        'How long half of what the model made lately took at the most, from the start. Null where it made nothing.',
    }),
    secondsP90: t.exposeFloat('secondsP90', { nullable: true, description: 'The same for nine of ten.' }),
    withinQuota: t.exposeBoolean('withinQuota', { description: 'Whether no limit would refuse it now.' }),
  }),
});

builder.queryField('estimate', (t) =>
  t.field({
    type: EstimateType,
    description: 'What a request would cost and how long it would take. Nothing is charged, counted or stored.',
    nullable: true,
    authScopes: { read: true },
    args: {
      input: t.arg({ type: GenerateImageInput, required: true, description: 'What `generateImage` would be given.' }),
    },
    errors: {
      types: [InvalidInput, UnknownModel],
      union: { name: 'EstimateResult', description: 'The estimate, or why the request would be refused.' },
    },
    resolve: (_, { input }, { services, viewer }) =>
      estimateGeneration(services, { asker: viewer, request: toRequest(input), inputs: toRequestedInputs(input) }),
  }),
);
