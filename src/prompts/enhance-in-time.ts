import { ProviderError } from '../providers/provider-error.ts';
import type { EnhancedPrompt, EnhancementWish, PromptEnhancer } from './prompt-enhancer.ts';

const timeoutMilliseconds = 10_000;

/** Gives an enhancer ten seconds. Throws what it throws, and a `ProviderError` with `TIMED_OUT` when they are over. */
export async function enhanceInTime(enhancer: PromptEnhancer, wish: EnhancementWish): Promise<EnhancedPrompt> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMilliseconds);
  try {
    return await enhancer.enhance({ ...wish, signal: AbortSignal.any([wish.signal, timeout.signal]) });
  } catch (cause) {
    wish.signal.throwIfAborted();
    if (!timeout.signal.aborted) throw cause;
    const message = `No better wording came within ${timeoutMilliseconds / 1000} seconds.`;
    throw new ProviderError(message, { code: 'TIMED_OUT', retryable: true, cause });
  } finally {
    clearTimeout(timer);
  }
}
