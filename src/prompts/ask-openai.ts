import { createClient } from '../providers/openai/create-client.ts';
import { toFailure } from '../providers/openai/to-failure.ts';
import { type EnhancerSettings, maxAnswerTokens } from './enhancer-settings.ts';
import { writeInstructions } from './instructions.ts';
import type { EnhancementWish } from './prompt-enhancer.ts';

export interface Chat extends Pick<EnhancerSettings, 'fetch' | 'apiKey' | 'baseUrl'> {
  /** Its name for people. */
  readonly label: string;
  readonly model: string;
}

/** The answer as it came. Throws `ProviderError`, and the signal's reason after an abort. */
export async function askOpenAI(
  { fetch, apiKey, baseUrl, label, model }: Chat,
  { prompt, signal, ...wish }: EnhancementWish,
): Promise<unknown> {
  signal.throwIfAborted();
  try {
    const client = createClient(fetch, { apiKey, baseUrl });
    return await client.chat.completions.create(
      {
        model,
        messages: [
          // Compatible servers do not know OpenAI's newer name for it, `developer`; OpenAI knows both.
          { role: 'system', content: writeInstructions(wish.model) },
          { role: 'user', content: prompt },
        ],
        max_completion_tokens: maxAnswerTokens,
      },
      { signal },
    );
  } catch (error) {
    signal.throwIfAborted();
    throw toFailure(error, { label, apiKey });
  }
}
