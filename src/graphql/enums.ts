import { type Scope, scopes } from '../accounts/viewer.ts';
import { type FailureCode, failureCodes } from '../domain/failure.ts';
import { type GenerationStatus, generationStatuses } from '../domain/generation-status.ts';
import { imageFormats } from '../domain/image-format.ts';
import { type ProgressKind, progressKinds } from '../domain/image-model.ts';
import { type ImageVariant, imageVariants, previewPixels, thumbnailPixels } from '../domain/image-variant.ts';
import { type EventType, eventTypes, type GenerationStage, generationStages } from '../domain/progress.ts';
import { type QuotaKind, quotaKinds } from '../domain/quota.ts';
import { builder } from './builder.ts';

type Descriptions<Value extends string> = Readonly<Record<Value, string>>;

function describeValues<Value extends string>(values: readonly Value[], descriptions: Descriptions<Value>) {
  return Object.fromEntries(values.map((value) => [value, { description: descriptions[value] }])) as Record<
    Value,
    { description: string }
  >;
}

export const GenerationStatusEnum = builder.enumType('GenerationStatus', {
  description: 'Where a generation stands in its life. It ends exactly once.',
  values: describeValues<GenerationStatus>(generationStatuses, {
    QUEUED: 'Waiting for a worker.',
    RUNNING: 'A worker is on it.',
    CANCELLING: 'Asked to stop while a worker is on it.',
    SUCCEEDED: 'Ended: at least one picture is stored.',
    FAILED: 'Ended: `failure` says why.',
    CANCELLED: 'Ended: somebody asked it to stop.',
  }),
});

export const GenerationStageEnum = builder.enumType('GenerationStage', {
  description: 'What a running generation is doing.',
  values: describeValues<GenerationStage>(generationStages, {
    PREPARING_INPUTS: 'Input images are fetched and checked.',
    ENHANCING_PROMPT: 'The prompt is being enhanced.',
    WAITING_FOR_PROVIDER: 'The provider was asked and has not begun.',
    GENERATING: 'The provider is making pictures.',
    STORING: 'A picture is checked and stored.',
  }),
});

export const EventTypeEnum = builder.enumType('EventType', {
  description: 'What a line of the step log tells.',
  values: describeValues<EventType>(eventTypes, {
    REQUEST_RECEIVED: 'The request was accepted and queued.',
    STARTED: 'A worker took it.',
    INPUTS_PREPARED: 'The input images are ready.',
    PROMPT_ENHANCED: 'The prompt has a new wording.',
    CALLING_PROVIDER: 'An attempt begins: the provider is asked.',
    PROVIDER_ACCEPTED: 'The provider gave the request an id of its own.',
    IMAGE_GENERATED: 'The provider made a picture.',
    IMAGE_STORED: 'A picture is stored.',
    RETRYING: 'The attempt failed and another one follows.',
    FALLING_BACK: 'Another model is asked instead.',
    CANCEL_REQUESTED: 'Somebody asked it to stop.',
    SUCCEEDED: 'The end: at least one picture is stored.',
    FAILED: 'The end: `failure` says why.',
    CANCELLED: 'The end: it was stopped.',
  }),
});

export const FailureCodeEnum = builder.enumType('FailureCode', {
  description: "Clients must expect values that they don't know.",
  values: describeValues<FailureCode>(failureCodes, {
    CONTENT_REFUSED: 'The provider refuses to make such a picture.',
    INVALID_REQUEST: 'The provider says that the request is wrong.',
    INPUT_IMAGE_UNUSABLE: 'An input image could not be fetched or read.',
    MODEL_RETIRED: 'The model is no longer there.',
    PROVIDER_UNAVAILABLE: 'The provider does not answer, or says that it cannot now.',
    PROVIDER_RATE_LIMITED: 'The provider asks for fewer requests.',
    PROVIDER_QUOTA_EXHAUSTED: 'The account at the provider is used up.',
    PROVIDER_MISCONFIGURED: 'The provider does not take our credentials or settings.',
    PROVIDER_BAD_RESPONSE: 'The provider answered with something that is no picture.',
    TIMED_OUT: 'It took longer than it may.',
    OUTCOME_UNKNOWN: 'The call was cut off: whether a picture was made and paid is not known.',
    OUTPUT_LOST: 'The picture was made, but is gone.',
    STORAGE_UNAVAILABLE: 'The picture could not be stored.',
    QUARANTINED: 'It ended several workers, and is not tried again.',
    INTERNAL: 'A fault of the server.',
  }),
});

export const ImageFormatEnum = builder.enumType('ImageFormat', {
  description: 'How the bytes of a picture are encoded.',
  values: describeValues(imageFormats, { PNG: 'Lossless.', WEBP: 'Small.', JPEG: 'Understood everywhere.' }),
});

export const ImageVariantEnum = builder.enumType('ImageVariant', {
  description: 'A size of a stored picture. A variant larger than the picture is the picture.',
  values: describeValues<ImageVariant>(imageVariants, {
    ORIGINAL: 'Byte for byte as it was made.',
    PREVIEW: `WebP of at most ${previewPixels} pixels a side.`,
    THUMBNAIL: `WebP of at most ${thumbnailPixels} pixels a side.`,
  }),
});

export const ImageOriginEnum = builder.enumType('ImageOrigin', {
  description: 'Where a picture comes from.',
  values: { INPUT: { description: 'Somebody sent it.' }, GENERATED: { description: 'A generation made it.' } } as const,
});

export const InputRoleEnum = builder.enumType('InputRole', {
  description: 'What an input image is for.',
  values: {
    REFERENCE: { description: 'To start from or to look at.' },
    MASK: { description: 'Says which parts of the first reference may change.' },
  } as const,
});

export const ProgressKindEnum = builder.enumType('ProgressKind', {
  description: 'What a model tells while it works.',
  values: describeValues<ProgressKind>(progressKinds, {
    STEPS: 'Every step.',
    PARTIAL_IMAGES: 'Unfinished pictures.',
    QUEUE: 'That it waits, then that it works.',
    INDETERMINATE: 'Nothing until it is done.',
  }),
});

export const PromptSourceEnum = builder.enumType('PromptSource', {
  description: 'Who worded a prompt.',
  values: {
    USER: { description: 'The request.' },
    ENHANCER: { description: 'Prompt enhancement.' },
    PROVIDER: { description: 'The provider, which says that it used this wording.' },
  } as const,
});

export const AttemptKindEnum = builder.enumType('AttemptKind', {
  description: 'What an attempt was for.',
  values: {
    ENHANCE: { description: 'A better wording.' },
    GENERATE: { description: 'Pictures.' },
  } as const,
});

export const AttemptOutcomeEnum = builder.enumType('AttemptOutcome', {
  description: 'How an attempt ended.',
  values: {
    RUNNING: { description: 'It has not ended.' },
    SUCCEEDED: { description: 'It gave what was asked for.' },
    FAILED: { description: '`failure` says why.' },
    CANCELLED: { description: 'It was stopped.' },
    UNKNOWN: { description: 'It was cut off: what came of it is not known.' },
  } as const,
});

export const ApiKeyScopeEnum = builder.enumType('ApiKeyScope', {
  description: 'What an API key may do.',
  values: describeValues<Scope>(scopes, {
    READ: 'See what is the user’s.',
    GENERATE: 'Make, cancel, retry and remove pictures.',
    MANAGE: 'Change keys and the account.',
  }),
});

export const QuotaKindEnum = builder.enumType('QuotaKind', {
  description: 'What is limited.',
  values: describeValues<QuotaKind>(quotaKinds, {
    RUNNING: 'Generations that run at once. More are accepted, and wait.',
    QUEUED: 'Generations that wait at once.',
    PER_MINUTE: 'Generations, uploads, better wordings and exports in a minute.',
    PER_DAY: 'Generations in a day; of exports, those.',
    USD_PER_DAY: 'USD for what was asked for in a day.',
    USD_PER_MONTH: 'USD for what was asked for in a month.',
  }),
});
