import type { ImageModel } from '../domain/image-model.ts';
import { checkText, createRequestCheck } from '../domain/request-check.ts';
import { ContentRefused, InvalidInput, ModelUnavailable, UnknownModel, type UserError } from '../domain/user-errors.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { enhanceInTime } from './enhance-in-time.ts';
import type { EnhancedPrompt, PromptEnhancer } from './prompt-enhancer.ts';

interface Dependencies {
  readonly enhancer: PromptEnhancer;
  readonly catalogue: Catalogue;
}

export interface EnhancementRequest {
  readonly prompt: string;
  /** The slug of the model that the wording is for; null for the configured default model. */
  readonly model: string | null;
  readonly signal: AbortSignal;
}

/**
 * A better wording that is kept nowhere. Throws `UnknownModel`, `InvalidInput`, `ContentRefused`, `ModelUnavailable` when none comes
 * in time, and the signal's reason after an abort.
 */
export async function enhancePrompt(
  { enhancer, catalogue }: Dependencies,
  { prompt, model: slug, signal }: EnhancementRequest,
): Promise<EnhancedPrompt> {
  const model = chooseModel(catalogue, slug);
  checkPrompt(prompt);
  try {
    return await enhanceInTime(enhancer, { prompt, model, signal });
  } catch (error) {
    throw error instanceof ProviderError ? toUserError(error) : error;
  }
}

/** One that cannot be used now will do: it is only written for. */
function chooseModel(catalogue: Catalogue, slug: string | null): ImageModel {
  if (slug === null) return catalogue.defaultModel;
  const model = catalogue.find(slug);
  if (model === undefined) throw new UnknownModel(slug, catalogue.models);
  return model;
}

function checkPrompt(prompt: string): void {
  const check = createRequestCheck();
  checkText(check, 'prompt', prompt);
  if (prompt.trim() === '') check.refuse(['prompt'], 'The prompt is empty.');
  if (check.issues.length > 0) throw new InvalidInput(check.issues);
}

function toUserError({ code, message, categories, retryAfterSeconds }: ProviderError): UserError {
  if (code === 'CONTENT_REFUSED') return new ContentRefused(message, categories);
  return new ModelUnavailable(message, retryAfterSeconds === undefined ? null : Math.ceil(retryAfterSeconds));
}
