import type { Failure, FailureCode } from '../domain/failure.ts';
import type { GenerationStage } from '../domain/progress.ts';
import { UnusablePictureError } from '../pictures/unusable-picture-error.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { StorageError } from '../storage/storage-error.ts';
import { DeadlinePassed } from './deadline-passed.ts';

/** What a client is told of an error. The words of errors that nobody expected stay in the log. */
export function toFailure(error: unknown, stage: GenerationStage | null): Failure {
  const fail = (code: FailureCode, message: string, retryable: boolean): Failure => {
    return { code, message, retryable, stage, categories: [] };
  };
  if (error instanceof ProviderError) {
    return { ...fail(error.code, error.message, error.retryable), categories: error.categories };
  }
  if (error instanceof UnusablePictureError) return fail('PROVIDER_BAD_RESPONSE', error.message, true);
  if (error instanceof StorageError) return fail('STORAGE_UNAVAILABLE', 'The picture could not be stored.', true);
  if (error instanceof DeadlinePassed) return fail('TIMED_OUT', error.message, true);
  return fail('INTERNAL', 'Something went wrong in the server.', true);
}
