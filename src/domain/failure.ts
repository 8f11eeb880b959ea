import type { GenerationStage } from './progress.ts';

export const failureCodes = [
  'CONTENT_REFUSED',
  'INVALID_REQUEST',
  'INPUT_IMAGE_UNUSABLE',
  'MODEL_RETIRED',
  'PROVIDER_UNAVAILABLE',
  'PROVIDER_RATE_LIMITED',
  'PROVIDER_QUOTA_EXHAUSTED',
  'PROVIDER_MISCONFIGURED',
  'PROVIDER_BAD_RESPONSE',
  'TIMED_OUT',
  'OUTCOME_UNKNOWN',
  'OUTPUT_LOST',
  'STORAGE_UNAVAILABLE',
  'QUARANTINED',
  'INTERNAL',
] as const;
export type FailureCode = (typeof failureCodes)[number];

/** Why a generation or an attempt ended without what was asked for. Stored as JSON in its row. */
export interface Failure {
  readonly code: FailureCode;
  readonly message: string;
  /** Whether asking again may help. */
  readonly retryable: boolean;
  readonly stage: GenerationStage | null;
  /** What a refusal named, in the provider's words. */
  readonly categories: readonly string[];
}
