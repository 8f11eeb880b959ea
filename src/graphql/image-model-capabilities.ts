import type { IntRange } from '../domain/image-model.ts';
import { builder } from './builder.ts';
import { ImageFormatEnum, ProgressKindEnum } from './enums.ts';
import { ImageModelType } from './image-model.ts';

const IntRangeType = builder.objectRef<IntRange>('IntRange').implement({
  description: 'Whole numbers, both ends included.',
  fields: (t) => ({
    min: t.exposeInt('min', { description: 'The least.' }),
    max: t.exposeInt('max', { description: 'The most.' }),
    default: t.exposeInt('default', { nullable: true, description: 'What is applied when none is given.' }),
  }),
});

// What it tells and lets happen on the way.
builder.objectFields(ImageModelType, (t) => ({
  progressKind: t.field({
    type: ProgressKindEnum,
    description: 'What it tells while it works.',
    resolve: ({ capabilities }) => capabilities.progressKind,
  }),
  previews: t.boolean({
    description: 'Whether it shows unfinished pictures.',
    resolve: ({ capabilities }) => capabilities.previews,
  }),
  cancellable: t.boolean({
    description: 'Whether it can be stopped on the way.',
    resolve: ({ capabilities }) => capabilities.cancellable,
  }),
}));

// What a request may ask of it.
builder.objectFields(ImageModelType, (t) => ({
  maxCount: t.int({
    description: 'Pictures in one generation, at most.',
    resolve: ({ capabilities }) => capabilities.maxCount,
  }),
  supportsNegativePrompt: t.boolean({
    description: 'Whether it takes a negative prompt.',
    resolve: ({ capabilities }) => capabilities.negativePrompt,
  }),
  supportsSeed: t.boolean({
    description: 'Whether it takes a seed.',
    resolve: ({ capabilities }) => capabilities.seed !== null,
  }),
  aspectRatios: t.stringList({
    nullable: true,
    description: 'The ratios that it is limited to; null where any within the size ranges works.',
    resolve: ({ capabilities }) => capabilities.aspectRatios?.slice() ?? null,
  }),
  steps: t.field({
    type: IntRangeType,
    nullable: true,
    description: 'Null where it has no number of steps.',
    resolve: ({ capabilities }) => capabilities.steps,
  }),
  styles: t.stringList({
    nullable: true,
    description: 'Null where it has no styles.',
    resolve: ({ capabilities }) => capabilities.styles?.slice() ?? null,
  }),
  width: t.field({
    type: IntRangeType,
    nullable: true,
    description: 'In pixels.',
    resolve: ({ capabilities }) => capabilities.width,
  }),
  height: t.field({
    type: IntRangeType,
    nullable: true,
    description: 'In pixels.',
    resolve: ({ capabilities }) => capabilities.height,
  }),
  outputFormats: t.field({
    type: [ImageFormatEnum],
    description: 'The first is what it gives by itself.',
    resolve: ({ capabilities }) => [...capabilities.outputFormats],
  }),
}));
