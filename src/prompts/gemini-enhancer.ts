import type { Secret } from '../domain/secret.ts';
import { createGeminiClient } from '../providers/gemini/gemini-client.ts';
import { type Reply, readReply, type Usage } from '../providers/gemini/read-reply.ts';
import { vendor } from '../providers/gemini/to-failure.ts';
import { ProviderError } from '../providers/provider-error.ts';
import { cleanWords } from '../providers/vendor-words.ts';
import { type EnhancerSettings, maxAnswerTokens } from './enhancer-settings.ts';
import { writeInstructions } from './instructions.ts';
import type { PromptEnhancer } from './prompt-enhancer.ts';
import { readWording } from './read-wording.ts';
import { type TokenCount, toCostUsd } from './token-cost.ts';

const usualModel = 'gemini-3.5-flash-lite';

/** As Google names them for words; for pictures it has more. */
const refusals = new Set(['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII']);

/** Google's Gemini API with a key of AI Studio. Its SDK is loaded with the first wording. */
export function createGeminiEnhancer(settings: EnhancerSettings): PromptEnhancer {
  const { model: writer = usualModel, prices, ...access } = settings;
  const client = createGeminiClient(access);
  return {
    provider: 'gemini',
    writtenBy: `gemini/${writer}`,
    async enhance({ prompt, model, signal }) {
      signal.throwIfAborted();
      const request = {
        model: writer,
        contents: [{ role: 'user', parts: [{ text: prompt }] }],
        config: { systemInstruction: writeInstructions(model), maxOutputTokens: maxAnswerTokens },
      };
      const reply = readReply(await client.generate(request, signal));
      return { text: takeWording(reply, settings.apiKey), costUsd: toCostUsd(toTokens(reply.usage), prices) };
    },
  };
}

function takeWording({ blockReason, finishReason = 'STOP', finishMessage = '', text }: Reply, apiKey: Secret): string {
  const words = cleanWords(finishMessage, [apiKey]);
  const quote = words === '' ? '' : ` It said: ${words}`;
  const refusal = blockReason ?? (refusals.has(finishReason) ? finishReason : undefined);
  if (refusal !== undefined) {
    const message = `${vendor} refused the prompt (${refusal}).${quote}`;
    throw new ProviderError(message, { code: 'CONTENT_REFUSED', retryable: false, categories: [refusal] });
  }
  if (finishReason === 'STOP') return readWording(text, vendor);
  const message = `${vendor} did not come to the end of its wording (${finishReason}).${quote}`;
  if (finishReason === 'LANGUAGE') throw new ProviderError(message, { code: 'INVALID_REQUEST', retryable: false });
  throw new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
}

function toTokens(usage: Usage | undefined): TokenCount | null {
  if (usage === undefined) return null;
  const { promptTokenCount: input, candidatesTokenCount, thoughtsTokenCount } = usage;
  return { input, output: candidatesTokenCount + thoughtsTokenCount };
}
