import type { NewGeneration } from '../database/insert-generation.ts';
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
  { userId, model, request, applied, retryOfId }: CheckedRequest,
): NewGeneration {
  const { options, warnings, wording } = applied;
  const { deadlineSeconds } = request;
  const now = clock.now();
  return {
    id: createId(),
    promptId: createId(),
    styled: wording === request.prompt ? null : { promptId: createId(), text: wording },
    userId,
    modelSlug: model.slug,
    provider: model.provider,
    request,
    options,
    warnings,
    createdAt: new Date(now),
    deadlineAt: deadlineSeconds === null ? null : new Date(now + deadlineSeconds * 1000),
    retryOfId,
  };
}
