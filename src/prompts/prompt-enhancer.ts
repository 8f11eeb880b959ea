import type { ImageModel } from '../domain/image-model.ts';

/** Makes a better wording of a prompt. */
export interface PromptEnhancer {
  /** Who is called, for example `openai`. */
  readonly provider: string;
  /** What writes: kept with the wording. */
  readonly writtenBy: string;
  /**
   * Throws `ProviderError`, a refusal with `CONTENT_REFUSED`, and the signal's reason after an abort. Has no time limit of its own.
   * Never answers an empty text, nor one that cannot be stored.
   */
  enhance(wish: EnhancementWish): Promise<EnhancedPrompt>;
}

export interface EnhancementWish {
  readonly prompt: string;
  /** The model that the wording is for. */
  readonly model: ImageModel;
  readonly signal: AbortSignal;
}

export interface EnhancedPrompt {
  readonly text: string;
  /** USD as decimal text; null where it is not known. */
  readonly costUsd: string | null;
}
