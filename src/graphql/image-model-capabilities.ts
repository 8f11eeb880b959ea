import type { Capabilities, NumberRange, PixelSize } from '../domain/image-model.ts';
import { builder } from './builder.ts';
import { ImageFormatEnum, ProgressKindEnum } from './enums.ts';
import { ImageModelType } from './image-model.ts';

const IntRangeType = builder.objectRef<NumberRange>('IntRange').implement({
  authScopes: { result: true },
  description: 'Whole numbers, both ends included.',
  fields: (t) => ({
    min: t.exposeInt('min', { description: 'The least.' }),
    max: t.exposeInt('max', { description: 'The most.' }),
    default: t.exposeInt('default', { nullable: true, description: 'What is applied when none is given.' }),
  }),
});

const FloatRangeType = builder.objectRef<NumberRange>('FloatRange').implement({
  authScopes: { result: true },
  description: 'Numbers, both ends included.',
  fields: (t) => ({
    min: t.exposeFloat('min', { description: 'The least.' }),
    max: t.exposeFloat('max', { description: 'The most.' }),
    default: t.exposeFloat('default', { nullable: true, description: 'What is applied when none is given.' }),
  }),
});

const PixelSizeOptionType = builder.objectRef<PixelSize>('PixelSizeOption').implement({
  authScopes: { result: true },
  description: 'A size in pixels.',
  fields: (t) => ({
    width: t.exposeInt('width', { description: 'In pixels.' }),
    height: t.exposeInt('height', { description: 'In pixels.' }),
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

// How many, and what they start from.
builder.objectFields(ImageModelType, (t) => ({
  maxCount: t.int({
    description: 'Pictures in one generation, at most.',
    resolve: ({ capabilities }) => capabilities.maxCount,
  }),
  minInputImages: t.int({
    description: 'Input images that it needs.',
    resolve: ({ capabilities }) => capabilities.inputImages.min,
  }),
  maxInputImages: t.int({
    description: 'Input images that it takes at most; 0 where it takes none.',
    resolve: ({ capabilities }) => capabilities.inputImages.max,
  }),
  supportsMask: t.boolean({
    description: 'Whether it takes a mask.',
    resolve: ({ capabilities }) => capabilities.mask,
  }),
  supportsNegativePrompt: t.boolean({
    description: 'Whether it takes a negative prompt.',
    resolve: ({ capabilities }) => capabilities.negativePrompt,
  }),
  supportsSeed: t.boolean({
    description: 'Whether it takes a seed.',
    resolve: ({ capabilities }) => capabilities.seed !== null,
  }),
}));

// How large.
builder.objectFields(ImageModelType, (t) => ({
  aspectRatios: t.stringList({
    nullable: true,
    description: 'The ratios that it is limited to; null where it is told pixels.',
    resolve: ({ capabilities: { size } }) => (size.kind === 'ratio' ? [...size.aspectRatios] : null),
  }),
  sizes: t.field({
    type: [PixelSizeOptionType],
    nullable: true,
    description: 'The sizes that it is limited to; null where others work.',
    resolve: ({ capabilities: { size } }) => (size.kind === 'listed' ? [...size.sizes] : null),
  }),
  width: t.field({
    type: IntRangeType,
    nullable: true,
    description: 'In pixels; null where it takes certain sizes or ratios alone.',
    resolve: ({ capabilities: { size } }) => (size.kind === 'free' ? size.width : null),
  }),
  height: t.field({
    type: IntRangeType,
    nullable: true,
    description: 'In pixels; null where it takes certain sizes or ratios alone.',
    resolve: ({ capabilities: { size } }) => (size.kind === 'free' ? size.height : null),
  }),
}));

type NumberOption = 'steps' | 'guidanceScale' | 'strength' | 'styleIntensity';
type ChoiceOption = 'styles' | 'qualities' | 'backgrounds';

const readNumber = (option: NumberOption) => (model: { readonly capabilities: Capabilities }) =>
  model.capabilities[option];
const readChoices = (option: ChoiceOption) => (model: { readonly capabilities: Capabilities }) =>
  model.capabilities[option]?.slice() ?? null;

// What a request may ask of it.
builder.objectFields(ImageModelType, (t) => ({
  steps: t.field({
    type: IntRangeType,
    nullable: true,
    description: 'Null where it has no number of steps.',
    resolve: readNumber('steps'),
  }),
  guidanceScale: t.field({
    type: FloatRangeType,
    nullable: true,
    description: 'How closely it keeps to the prompt; null where it has no such option.',
    resolve: readNumber('guidanceScale'),
  }),
  strength: t.field({
    type: FloatRangeType,
    nullable: true,
    description: 'How far it may leave the input image; null where it has no such option.',
    resolve: readNumber('strength'),
  }),
  styles: t.stringList({
    nullable: true,
    description: 'Null where it has no styles: a style then becomes part of the wording.',
    resolve: readChoices('styles'),
  }),
  styleIntensity: t.field({
    type: FloatRangeType,
    nullable: true,
    description: 'Null where it has no such option.',
    resolve: readNumber('styleIntensity'),
  }),
  qualities: t.stringList({
    nullable: true,
    description: 'Null where it has no such choice.',
    resolve: readChoices('qualities'),
  }),
  backgrounds: t.stringList({
    nullable: true,
    description: 'Null where it has no such choice.',
    resolve: readChoices('backgrounds'),
  }),
  outputFormats: t.field({
    type: [ImageFormatEnum],
    description: 'The first is what it gives by itself.',
    resolve: ({ capabilities }) => [...capabilities.outputFormats],
  }),
}));
