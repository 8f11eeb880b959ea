import { createRedact, type Redact } from '../domain/redact.ts';
import type { Secret } from '../domain/secret.ts';
import type { Provider, ProviderEvent } from './provider.ts';
import { ProviderError } from './provider-error.ts';

/**
 * The same provider, whose errors show none of these secrets, nor what looks like one: wherever in a vendor's answer the words and
 * the categories of a failure were found.
 */
export function createDiscreetProvider(provider: Provider, secrets: readonly Secret[]): Provider {
  const redact = createRedact(secrets);
  const { resume } = provider;
  return {
    ...provider,
    generate: (order) => withoutSecrets(provider.generate(order), redact),
    ...(resume === undefined ? {} : { resume: (order, id) => withoutSecrets(resume(order, id), redact) }),
  };
}

async function* withoutSecrets(events: AsyncIterable<ProviderEvent>, redact: Redact): AsyncGenerator<ProviderEvent> {
  try {
    yield* events;
  } catch (error) {
    throw error instanceof ProviderError ? toDiscreet(error, redact) : error;
  }
}

function toDiscreet(error: ProviderError, redact: Redact): ProviderError {
  const { code, retryable, unstarted, cutOff, retryAfterSeconds, cause } = error;
  const delay = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  const categories = error.categories.map(redact);
  return new ProviderError(redact(error.message), { code, retryable, unstarted, cutOff, cause, categories, ...delay });
}
