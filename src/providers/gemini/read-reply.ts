import { z } from 'zod';
import { ProviderError } from '../provider-error.ts';
import { vendor } from './to-failure.ts';

const tokens = z.number().min(0).catch(0);

const usage = z.object({
  promptTokenCount: tokens,
  /** Everything that is put out, pictures included; thoughts stand beside it. */
  candidatesTokenCount: tokens,
  thoughtsTokenCount: tokens,
  candidatesTokensDetails: z.array(z.object({ modality: z.string(), tokenCount: tokens })).nullish(),
});

const part = z.object({
  text: z.string().nullish(),
  thought: z.boolean().nullish(),
  inlineData: z.object({ data: z.string().nullish() }).nullish(),
});

const candidate = z.object({
  content: z.object({ parts: z.array(part).nullish() }).nullish(),
  finishReason: z.string().nullish(),
  finishMessage: z.string().nullish(),
});

const wholeReply = z.object({
  candidates: z.array(candidate).nullish(),
  promptFeedback: z.object({ blockReason: z.string().nullish() }).nullish(),
  usageMetadata: usage.nullish().catch(null),
});

export type Usage = z.infer<typeof usage>;

export interface Reply {
  /** What the model said, its thoughts apart; empty where it said nothing. */
  readonly text: string;
  /** In base64. Drafts come before the picture, so it is the last one. */
  readonly picture: string | undefined;
  /** Why the prompt was not taken. */
  readonly blockReason: string | undefined;
  readonly finishReason: string | undefined;
  /** What Google says about it. */
  readonly finishMessage: string | undefined;
  readonly usage: Usage | undefined;
}

/** Throws `ProviderError` for what is no reply. Whether it holds a picture is for the caller to see. */
export function readReply(received: unknown): Reply {
  const { data, error } = wholeReply.safeParse(received);
  if (data === undefined) throw createUnreadable(error);
  const [first] = data.candidates ?? [];
  const parts = (first?.content?.parts ?? []).filter(({ thought }) => thought !== true);
  return {
    text: parts
      .map(({ text }) => text ?? '')
      .join('')
      .trim(),
    picture: parts.flatMap(({ inlineData }) => inlineData?.data ?? []).at(-1),
    blockReason: data.promptFeedback?.blockReason ?? undefined,
    finishReason: first?.finishReason ?? undefined,
    finishMessage: first?.finishMessage ?? undefined,
    usage: data.usageMetadata ?? undefined,
  };
}

function createUnreadable(cause: unknown): ProviderError {
  const message = `${vendor} gave an answer that cannot be read.`;
  return new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true, cause });
}
