import type { GenerationRequest } from '../domain/generation-request.ts';
import type { RequestedSize } from '../domain/image-size.ts';
import {
  IdempotencyConflict,
  InputImageUnusable,
  InvalidInput,
  ModelUnavailable,
  QueueFull,
  QuotaExceeded,
  UnknownModel,
} from '../domain/user-errors.ts';
import { submitGeneration } from '../generations/submit.ts';
import { waitForEnd } from '../generations/wait-for-end.ts';
import { builder } from './builder.ts';
import { ImageFormatEnum } from './enums.ts';
import { GenerateImageSuccess, idempotencyKeyDescription } from './generate-image-success.ts';
import { ImageSourceInput, toRequestedInputs } from './image-source.ts';
import { withStorage } from './with-storage.ts';

const maxWaitSeconds = 300;

const PixelSizeInput = builder.inputType('PixelSize', {
  description: 'A size in pixels.',
  fields: (t) => ({
    width: t.int({ required: true, description: 'In pixels.' }),
    height: t.int({ required: true, description: 'In pixels.' }),
  }),
});

const ImageSizeInput = builder.inputType('ImageSize', {
  description: 'Exactly one of the two.',
  isOneOf: true,
  fields: (t) => ({
    aspectRatio: t.string({ description: 'Width and height, for example 16:9. The area is that of the default size.' }),
    pixels: t.field({ type: PixelSizeInput, description: 'Exactly this size.' }),
  }),
});

export const GenerateImageInput = builder.inputType('GenerateImageInput', {
  description: 'What to make. What the model lacks becomes a warning; what is out of its range is refused.',
  fields: (t) => ({
    prompt: t.string({ required: true, description: 'What to show, in 1 to 10,000 characters.' }),
    negativePrompt: t.string({ description: 'What to leave out.' }),
    model: t.string({ description: 'A slug. Default: the configured default model.' }),
    fallbackModels: t.stringList({
      description: 'Slugs, tried in order when the model is unavailable, rate-limited for long, or out of quota.',
    }),
    enhancePrompt: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Makes a better wording of the prompt first, and keeps both.',
    }),
    inputImages: t.field({
      type: [ImageSourceInput],
      description: 'What to start from or to look at. How many: `ImageModel.minInputImages` and `maxInputImages`.',
    }),
    mask: t.field({
      type: ImageSourceInput,
      description: 'Opaque where the first input image stays, transparent where it may change. As large as that image.',
    }),
    count: t.int({ required: true, defaultValue: 1, description: 'How many pictures.' }),
    size: t.field({ type: ImageSizeInput, description: "Default: the model's." }),
    steps: t.int({ description: "How often the model goes over a picture. Default: the model's." }),
    guidanceScale: t.float({ description: "How closely to keep to the prompt. Default: the model's." }),
    seed: t.string({
      description: 'A whole number: the same one gives the same picture. Default, and for -1: random.',
    }),
    strength: t.float({ description: 'How far a picture may leave its input image: 0 keeps it, 1 ignores it.' }),
    style: t.string({
      description: 'One of the styles of the model. Where it has none, the style becomes part of the wording.',
    }),
    styleIntensity: t.float({ description: 'How much of the style. Where it becomes part of the wording: 0 to 1.' }),
    quality: t.string({ description: 'One of the qualities of the model.' }),
    background: t.string({ description: 'One of the backgrounds of the model.' }),
    compression: t.int({ description: 'Of JPEG and WebP, in percent.' }),
    outputFormat: t.field({ type: ImageFormatEnum, description: 'Default: what the model gives.' }),
    deadlineSeconds: t.int({
      description:
        'What has not ended this long after its acceptance fails with `TIMED_OUT`: 1 to 86,400. Default: none.',
    }),
  }),
});

builder.mutationField('generateImage', (t) =>
  t.field({
    type: GenerateImageSuccess,
    nullable: true,
    authScopes: { generate: true },
    description: 'Accepts a request for pictures. They are made in the background: follow `generationProgress`.',
    args: {
      input: t.arg({ type: GenerateImageInput, required: true, description: 'What to make.' }),
      idempotencyKey: t.arg.string({ description: idempotencyKeyDescription }),
      waitSeconds: t.arg.int({
        required: true,
        defaultValue: 0,
        description: `Answer when the generation has ended, or after this long: 0 to ${maxWaitSeconds}.`,
      }),
    },
    errors: {
      types: [
        InvalidInput,
        UnknownModel,
        ModelUnavailable,
        InputImageUnusable,
        QuotaExceeded,
        QueueFull,
        IdempotencyConflict,
      ],
      union: { name: 'GenerateImageResult', description: 'The generation, or why there is none.' },
    },
    async resolve(_, { input, idempotencyKey, waitSeconds }, context) {
      const { services, viewer, audit, signal, closing } = context;
      checkWaitSeconds(waitSeconds);
      const asked = { request: toRequest(input), inputs: toRequestedInputs(input) };
      const submission = { asker: viewer, ...asked, idempotencyKey: idempotencyKey ?? null, audit };
      const accepted = await withStorage(context, submitGeneration(services, submission));
      if (waitSeconds === 0) return accepted;
      const wait = { milliseconds: waitSeconds * 1000, signals: [signal, closing] };
      await waitForEnd(services, { generationId: accepted.generationId, userId: viewer.id, ...wait });
      return { ...accepted, generation: null };
    },
  }),
);

function checkWaitSeconds(waitSeconds: number): void {
  if (waitSeconds >= 0 && waitSeconds <= maxWaitSeconds) return;
  throw new InvalidInput([{ path: ['waitSeconds'], message: `waitSeconds must be 0 to ${maxWaitSeconds}.` }]);
}

export function toRequest(input: typeof GenerateImageInput.$inferInput): GenerationRequest {
  const { prompt, count, enhancePrompt } = input;
  return {
    prompt,
    count,
    enhancePrompt,
    negativePrompt: input.negativePrompt ?? null,
    model: input.model ?? null,
    fallbackModels: input.fallbackModels ?? [],
    size: (input.size ?? null) as RequestedSize | null,
    steps: input.steps ?? null,
    guidanceScale: input.guidanceScale ?? null,
    seed: input.seed ?? null,
    strength: input.strength ?? null,
    style: input.style ?? null,
    styleIntensity: input.styleIntensity ?? null,
    quality: input.quality ?? null,
    background: input.background ?? null,
    compression: input.compression ?? null,
    outputFormat: input.outputFormat ?? null,
    deadlineSeconds: input.deadlineSeconds ?? null,
  };
}
