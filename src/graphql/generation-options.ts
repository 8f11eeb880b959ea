import type { GenerationOptions, OptionWarning } from '../domain/generation-request.ts';
import { builder } from './builder.ts';
import { ImageFormatEnum } from './enums.ts';

export const GenerationOptionsType = builder.objectRef<GenerationOptions>('GenerationOptions').implement({
  description: 'What is applied, after the request was checked against the model.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'How many pictures.' }),
    width: t.exposeInt('width', { nullable: true, description: 'In pixels.' }),
    height: t.exposeInt('height', { nullable: true, description: 'In pixels.' }),
    aspectRatio: t.exposeString('aspectRatio', { nullable: true, description: 'Where one was asked for.' }),
    steps: t.exposeInt('steps', { nullable: true, description: 'Null where the model has none.' }),
    seed: t.string({
      nullable: true,
      description: 'Chosen at acceptance where none was given. Picture n uses seed + n.',
      resolve: ({ seed }) => seed?.toString() ?? null,
    }),
    style: t.exposeString('style', { nullable: true, description: 'One of the styles of the model.' }),
    outputFormat: t.expose('outputFormat', {
      type: ImageFormatEnum,
      nullable: true,
      description: 'How the pictures are encoded.',
    }),
  }),
});

export const OptionWarningType = builder.objectRef<OptionWarning>('OptionWarning').implement({
  description: 'Something that was asked for and could not be done.',
  fields: (t) => ({
    option: t.exposeString('option', { description: 'The field of the input.' }),
    message: t.exposeString('message', { description: 'In words for people.' }),
  }),
});
