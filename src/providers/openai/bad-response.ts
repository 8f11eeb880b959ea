import { ProviderError } from '../provider-error.ts';

export function createBadResponse(message: string): ProviderError {
  return new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}
