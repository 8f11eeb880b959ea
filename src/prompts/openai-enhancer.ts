import type { Secret } from '../domain/secret.ts';
import { createBadResponse } from '../providers/openai/bad-response.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { cleanWords } from '../providers/vendor-words.ts';
import type { EnhancerSettings } from './enhancer-settings.ts';
import type { PromptEnhancer } from './prompt-enhancer.ts';
import { type ChatReply, readChatReply } from './read-chat-reply.ts';
import { readWording } from './read-wording.ts';
import { toCostUsd } from './token-cost.ts';

const label = 'OpenAI';
const usualModel = 'gpt-5.6-luna';

/** OpenAI's chat, or that of a server which speaks as OpenAI does. */
export function createOpenAIEnhancer(settings: EnhancerSettings): PromptEnhancer {
  const { apiKey, model = usualModel, prices } = settings;
  // With OpenAI's SDK, which takes memory only where it is used.
  const loading = import('./ask-openai.ts');
  return {
    provider: 'openai',
    writtenBy: `openai/${model}`,
    async enhance(wish) {
      const { askOpenAI } = await loading;
      const reply = readChatReply(await askOpenAI({ ...settings, label, model }, wish));
      if (reply === undefined) throw createBadResponse(`${label} answered with something that cannot be read.`);
      return { text: takeWording(reply, apiKey), costUsd: toCostUsd(reply.tokens, prices) };
    },
  };
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
