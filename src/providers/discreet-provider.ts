import { createKnownRedact, createRedact, type Redact } from '../domain/redact.ts';
import type { Secret } from '../domain/secret.ts';
import type { Provider, ProviderEvent } from './provider.ts';
import { ProviderError } from './provider-error.ts';

/** What is taken out of what a provider tells. */
interface Discretion {
  /** Of its failures: whatever looks like a secret as well. */
  readonly ofErrors: Redact;
  /** Of its texts and wordings. */
  readonly ofWords: Redact;
}

/**
 * The same provider, which shows none of these secrets, wherever in a vendor's answer they were found. Its errors show nothing that
 * looks like one either; texts and wordings are somebody's work, and keep what only looks like one.
 */
export function createDiscreetProvider(provider: Provider, secrets: readonly Secret[]): Provider {
  const discretion = { ofErrors: createRedact(secrets), ofWords: createKnownRedact(secrets) };
  const { resume } = provider;
  return {
    ...provider,
    generate: (order) => withoutSecrets(provider.generate(order), discretion),
    ...(resume === undefined ? {} : { resume: (order, id) => withoutSecrets(resume(order, id), discretion) }),
  };
}

async function* withoutSecrets(
  events: AsyncIterable<ProviderEvent>,
  { ofErrors, ofWords }: Discretion,
): AsyncGenerator<ProviderEvent> {
  try {
    for await (const event of events) yield toDiscreetEvent(event, ofWords);
  } catch (error) {
    throw error instanceof ProviderError ? toDiscreetError(error, ofErrors) : error;
  }
}

function toDiscreetEvent(event: ProviderEvent, redact: Redact): ProviderEvent {
  if (event.type === 'text') return { ...event, text: redact(event.text) };
  if (event.type !== 'picture' || event.revisedPrompt === undefined) return event;
  return { ...event, revisedPrompt: redact(event.revisedPrompt) };
}

function toDiscreetError(error: ProviderError, redact: Redact): ProviderError {
  const { code, retryable, unstarted, cutOff, retryAfterSeconds, cause } = error;
  const delay = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  const categories = error.categories.map(redact);
  return new ProviderError(redact(error.message), { code, retryable, unstarted, cutOff, cause, categories, ...delay });
}
