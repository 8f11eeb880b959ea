import { readFailure, readOptions, readWarnings } from '../database/json-columns.ts';
import { builder } from './builder.ts';
import { GenerationStatusEnum } from './enums.ts';
import { GenerationFailureType } from './failure.ts';
import { GenerationOptionsType, OptionWarningType } from './generation-options.ts';
import { decodeKey, toUuid } from './global-ids.ts';
import { ImageModelType } from './image-model.ts';

export const GenerationType = builder.prismaNode('Generation', {
  authScopes: { result: true },
  description: 'One request for pictures, from its acceptance to its end.',
  id: { field: 'id', description: 'Opaque and global.' },
  nullable: true,
  findUnique: (id) => ({ id: toUuid(id) }),
  select: { id: true },
  fields: (t) => ({
    status: t.field({
      type: GenerationStatusEnum,
      description: 'Where it stands in its life.',
      select: { status: true },
      resolve: (generation) => generation.status as typeof GenerationStatusEnum.$inferType,
    }),
    text: t.exposeString('text', { nullable: true, description: 'What the model said beside its pictures.' }),
    failure: t.field({
      type: GenerationFailureType,
      nullable: true,
      description: 'Why it failed.',
      select: { failure: true },
      resolve: ({ failure }) => readFailure(failure),
    }),
    costUsd: t.expose('costUsd', {
      type: 'Decimal',
      nullable: true,
      description: 'USD over all attempts, once known.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was accepted.' }),
    startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true, description: 'When a worker took it.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

// What was asked for, and what is applied of it.
builder.prismaObjectFields(GenerationType, (t) => ({
  prompt: t.exposeString('prompt', { description: 'As it was given.' }),
  effectivePrompt: t.exposeString('effectivePrompt', { description: 'The wording that the model is given.' }),
  negativePrompt: t.exposeString('negativePrompt', { nullable: true, description: 'What to leave out.' }),
  requestedModel: t.exposeString('requestedModel', { description: 'The slug that was asked for.' }),
  modelSlug: t.exposeString('modelSlug', {
    description: 'The slug that runs it; another one than asked for after a fallback.',
  }),
  model: t.field({
    type: ImageModelType,
    nullable: true,
    description: 'Null once it is no longer configured: history outlives models.',
    select: { modelSlug: true },
    resolve: ({ modelSlug }, _, { services }) => services.catalogue.find(modelSlug) ?? null,
  }),
  provider: t.exposeString('provider', { description: 'Who runs the model.' }),
  options: t.field({
    type: GenerationOptionsType,
    description: 'What is applied.',
    select: { options: true },
    resolve: ({ options }) => readOptions(options),
  }),
  warnings: t.field({
    type: [OptionWarningType],
    description: 'What was asked for and could not be done.',
    select: { warnings: true },
    resolve: ({ warnings }) => readWarnings(warnings),
  }),
}));

builder.queryField('generation', (t) =>
  t.prismaField({
    type: GenerationType,
    nullable: true,
    authScopes: { read: true },
    description: "Null for an unknown or malformed id, and for somebody else's.",
    args: { id: t.arg.id({ required: true, description: 'Of a generation.' }) },
    resolve: (query, _, { id }, { database }) =>
      database.generation.findUnique({ ...query, where: { id: decodeKey(id, 'Generation') } }),
  }),
);
