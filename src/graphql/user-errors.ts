import {
  ContentRefused,
  IdempotencyConflict,
  InputImageUnusable,
  type InputIssue,
  InvalidInput,
  ModelUnavailable,
  NotFound,
  NotPossible,
  QueueFull,
  QuotaExceeded,
  UnknownModel,
  type UserError,
} from '../domain/user-errors.ts';
import { builder } from './builder.ts';
import { GenerationType } from './generation.ts';
import { toUuid } from './global-ids.ts';
import { ImageModelType } from './image-model.ts';
import { QuotaType } from './quota.ts';

const UserErrorInterface = builder.interfaceRef<UserError>('UserError').implement({
  description: 'A mistake the caller can correct, or a limit they ran into. Nothing was charged.',
  fields: (t) => ({ message: t.exposeString('message', { description: 'In words for people.' }) }),
});

const InputIssueType = builder.objectRef<InputIssue>('InputIssue').implement({
  authScopes: { public: true },
  description: 'One thing that is wrong with the arguments.',
  fields: (t) => ({
    path: t.exposeStringList('path', { description: 'Where, for example ["input", "size", "aspectRatio"].' }),
    message: t.exposeString('message', { description: 'What is wrong, in words for people.' }),
  }),
});

builder.objectType(InvalidInput, {
  name: 'InvalidInput',
  authScopes: { public: true },
  description: 'Arguments that are out of range. Holds every issue at once.',
  interfaces: [UserErrorInterface],
  fields: (t) => ({
    issues: t.field({
      type: [InputIssueType],
      description: 'All that is wrong.',
      resolve: (error) => [...error.issues],
    }),
  }),
});

builder.objectType(UnknownModel, {
  name: 'UnknownModel',
  authScopes: { public: true },
  description: 'No model has this slug.',
  interfaces: [UserErrorInterface],
  fields: (t) => ({
    available: t.field({
      type: [ImageModelType],
      description: 'The models that there are.',
      resolve: (error) => [...error.available],
    }),
  }),
});

builder.objectType(ModelUnavailable, {
  name: 'ModelUnavailable',
  authScopes: { public: true },
  description: 'The model is known but cannot be used now.',
  interfaces: [UserErrorInterface],
  fields: (t) => ({
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', { nullable: true, description: 'When it may work again.' }),
  }),
});

builder.objectType(InputImageUnusable, {
  name: 'InputImageUnusable',
  authScopes: { public: true },
  description: 'An input image that cannot be had, or that is no picture that we take.',
  interfaces: [UserErrorInterface],
  fields: (t) => ({
    path: t.stringList({
      description: 'Which one, for example ["inputImages", "2"], ["mask"] or ["file"].',
      resolve: (error) => [...error.path],
    }),
  }),
});

builder.objectType(ContentRefused, {
  name: 'ContentRefused',
  authScopes: { public: true },
  description: 'The model that was to write it refuses the prompt.',
  interfaces: [UserErrorInterface],
  fields: (t) => ({
    categories: t.stringList({
      description: "What the refusal named, in that model's words.",
      resolve: (error) => [...error.categories],
    }),
  }),
});

builder.objectType(QuotaExceeded, {
  name: 'QuotaExceeded',
  authScopes: { public: true },
  description: 'The request would go beyond a limit of the user or of the API key.',
  interfaces: [UserErrorInterface],
  fields: (t) => ({
    quota: t.field({ type: QuotaType, description: 'Which one.', resolve: (error) => error.quota }),
  }),
});

builder.objectType(QueueFull, {
  name: 'QueueFull',
  authScopes: { public: true },
  description: 'Too many generations of all users are waiting.',
  interfaces: [UserErrorInterface],
  fields: (t) => ({
    retryAfterSeconds: t.exposeInt('retryAfterSeconds', { description: 'When it may be worth asking again.' }),
  }),
});

builder.objectType(IdempotencyConflict, {
  name: 'IdempotencyConflict',
  authScopes: { public: true },
  description: 'The key stands for another request, or for a generation that was deleted.',
  interfaces: [UserErrorInterface],
  fields: (t) => ({
    generation: t.prismaField({
      type: GenerationType,
      nullable: true,
      description: 'What the key stands for. Null when it was deleted.',
      // Asked in any case: an unused query counts as a mistake.
      resolve: (query, { generationId }, _, { database }) =>
        database.generation.findUnique({ ...query, where: { id: toUuid(generationId ?? '') } }),
    }),
  }),
});

builder.objectType(NotFound, {
  name: 'NotFound',
  authScopes: { public: true },
  description: 'Nothing of the viewer has this id: unknown, malformed, of another type, or of someone else.',
  interfaces: [UserErrorInterface],
});

builder.objectType(NotPossible, {
  name: 'NotPossible',
  authScopes: { public: true },
  description: 'Not in the state that it is in.',
  interfaces: [UserErrorInterface],
});
