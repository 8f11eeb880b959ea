import { z } from 'zod';
import type { TokenCount } from './token-cost.ts';

/** What a chat answered; texts are empty where nothing was said. */
export interface ChatReply {
  readonly content: string;
  readonly refusal: string;
  readonly finishReason: string;
  /** What a filter found. */
  readonly categories: readonly string[];
  readonly tokens: TokenCount | null;
}

const text = z.string().catch('');

/** Azure's, which tells of every category whether it was the one. */
const filterResults = z
  .record(z.string(), z.object({ filtered: z.boolean() }).catch({ filtered: false }))
  .catch({})
  .transform((results) => Object.keys(results).filter((category) => results[category]?.filtered));

const choice = z.object({
  message: z.object({ content: text, refusal: text }).catch({ content: '', refusal: '' }),
  finish_reason: text,
  content_filter_results: filterResults,
});

const usage = z
  .object({ prompt_tokens: z.number().min(0), completion_tokens: z.number().min(0) })
  .transform(({ prompt_tokens: input, completion_tokens: output }): TokenCount => ({ input, output }))
  .nullable()
  .catch(null);

const chatReply = z
  .object({ choices: z.tuple([choice], z.unknown()), usage })
  .transform(
    ({ choices: [{ message, finish_reason: finishReason, content_filter_results: categories }], usage: tokens }) => {
      const reply: ChatReply = { ...message, finishReason, categories, tokens };
      return reply;
    },
  );

/** Undefined for what is no reply of a chat. */
export function readChatReply(received: unknown): ChatReply | undefined {
  return chatReply.safeParse(received).data;
}
