import type { GenerationOptions, OptionWarning } from '../domain/generation-request.ts';
import { builder } from './builder.ts';
import { ImageFormatEnum } from './enums.ts';

export const GenerationOptionsType = builder.objectRef<GenerationOptions>('GenerationOptions').implement({
  authScopes: { result: true },
  description: 'What is applied, after the request was checked against the model.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'How many pictures.' }),
    width: t.exposeInt('width', { nullable: true, description: 'In pixels.' }),
    height: t.exposeInt('height', { nullable: true, description: 'In pixels.' }),
    aspectRatio: t.exposeString('aspectRatio', { nullable: true, description: 'Where one was asked for.' }),
    steps: t.exposeInt('steps', { nullable: true, description: 'Null where the model has none.' }),
    guidanceScale: t.exposeFloat('guidanceScale', { nullable: true, description: 'Null where the model has none.' }),
    seed: t.string({
      nullable: true,
      description: 'Chosen at acceptance where none was given. Picture n uses seed + n.',
      resolve: ({ seed }) => seed?.toString() ?? null,
    }),
    strength: t.exposeFloat('strength', {
      nullable: true,
      description: 'Null where the model has none, and where there is no input image.',
    }),
    style: t.exposeString('style', { nullable: true, description: 'An option of the model, or part of the wording.' }),
    styleIntensity: t.exposeFloat('styleIntensity', { nullable: true, description: 'Null where none is applied.' }),
    quality: t.exposeString('quality', { nullable: true, description: 'Null where none is applied.' }),
    background: t.exposeString('background', { nullable: true, description: 'Null where none is applied.' }),
    compression: t.exposeInt('compression', { nullable: true, description: 'In percent. Null where none is applied.' }),
    outputFormat: t.expose('outputFormat', {
      type: ImageFormatEnum,
      nullable: true,
      description: 'How the pictures are encoded.',
    }),
  }),
});

export const OptionWarningType = builder.objectRef<OptionWarning>('OptionWarning').implement({
  authScopes: { result: true },
  description: 'Something that was asked for and could not be done.',
  fields: (t) => ({
    option: t.exposeString('option', { description: 'The field of the input.' }),
    message: t.exposeString('message', { description: 'In words for people.' }),
  }),
});
