import type { NewGeneration } from '../database/insert-generation.ts';
import { toJsonColumns } from '../database/json-columns.ts';
import type { AppliedRequest, GenerationRequest } from '../domain/generation-request.ts';
import type { ImageModel } from '../domain/image-model.ts';
import type { GenerationDependencies } from './dependencies.ts';

export interface CheckedRequest {
  readonly userId: string;
  readonly model: ImageModel;
  readonly request: GenerationRequest;
  readonly applied: AppliedRequest;
  /** The generation that this one repeats. */
  readonly retryOfId: string | null;
}

/** A generation as it is accepted now. */
export function createGeneration(
  { clock, createId }: Pick<GenerationDependencies, 'clock' | 'createId'>,
  checked: CheckedRequest,
): NewGeneration {
  const { request, applied } = checked;
  const row = toRow(checked, { id: createId(), now: clock.now() });
  return { row, promptId: createId(), styledPromptId: applied.wording === request.prompt ? null : createId() };
}

function toRow(
  { userId, model, request, applied, retryOfId }: CheckedRequest,
  { id, now }: { readonly id: string; readonly now: number },
): NewGeneration['row'] {
  const { options, warnings, wording } = applied;
  const { prompt, negativePrompt, deadlineSeconds } = request;
  return {
    id,
    userId,
    status: 'QUEUED',
    lastSequence: 1,
    leaseToken: null,
    lostWorkers: 0,
    requestedModel: request.model ?? model.slug,
    modelSlug: model.slug,
    provider: model.provider,
    prompt,
    effectivePrompt: wording,
    negativePrompt,
    ...toJsonColumns({ request, options, warnings }),
    text: null,
    failure: null,
    costUsd: null,
    retryOfId,
    countedForUserAt: null,
    countedKeyId: null,
    countedForKeyAt: null,
    reservedUsd: null,
    createdAt: new Date(now),
    deadlineAt: deadlineSeconds === null ? null : new Date(now + deadlineSeconds * 1000),
    startedAt: null,
    finishedAt: null,
  };
}
