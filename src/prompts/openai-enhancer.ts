import type OpenAI from 'openai';
import type { Secret } from '../domain/secret.ts';
import { createClient } from '../providers/openai/create-client.ts';
import { createBadResponse, toFailure } from '../providers/openai/to-failure.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { cleanWords } from '../providers/vendor-words.ts';
import { type EnhancerSettings, maxAnswerTokens } from './enhancer-settings.ts';
import { writeInstructions } from './instructions.ts';
import type { EnhancementWish, PromptEnhancer } from './prompt-enhancer.ts';
import { type ChatReply, readChatReply } from './read-chat-reply.ts';
import { readWording } from './read-wording.ts';
import { toCostUsd } from './token-cost.ts';

const label = 'OpenAI';
const usualModel = 'gpt-5.6-luna';

/** OpenAI's chat, or that of a server which speaks as OpenAI does. */
export function createOpenAIEnhancer(settings: EnhancerSettings): PromptEnhancer {
  const { fetch, apiKey, baseUrl, model = usualModel, prices } = settings;
  const client = createClient(fetch, { apiKey, baseUrl });
  return {
    provider: 'openai',
    writtenBy: `openai/${model}`,
    async enhance(wish) {
      const reply = readChatReply(await ask({ client, apiKey, model }, wish));
      if (reply === undefined) throw createBadResponse(`${label} answered with something that cannot be read.`);
      return { text: takeWording(reply, apiKey), costUsd: toCostUsd(reply.tokens, prices) };
    },
  };
}

interface Chat {
  readonly client: OpenAI;
  readonly apiKey: Secret;
  readonly model: string;
}

async function ask({ client, apiKey, model }: Chat, { prompt, signal, ...wish }: EnhancementWish): Promise<unknown> {
  signal.throwIfAborted();
  try {
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

function takeWording({ content, refusal, finishReason, categories }: ChatReply, apiKey: Secret): string {
  if (refusal !== '' || finishReason === 'content_filter') {
    const why = categories.length === 0 ? '' : ` (${categories.join(', ')})`;
    const words = cleanWords(refusal, [apiKey]);
    const message = `${label} refused the prompt${why}${words === '' ? '.' : `: ${words}`}`;
    throw new ProviderError(message, { code: 'CONTENT_REFUSED', retryable: false, categories });
  }
  if (finishReason === 'length') throw createBadResponse(`${label} did not come to the end of its wording.`);
  return readWording(content, label);
}
