import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Answer, type ReceivedRequest, sendJson, startStandin } from './standin.ts';

export const chatPath = '/v1/chat/completions';

/** What `CreateChatCompletionRequest` knows and Darkroom has a use for; nothing else passes. */
const chatRequest = z.strictObject({
  model: z.string().min(1),
  messages: z
    .array(z.strictObject({ role: z.enum(['system', 'developer', 'user', 'assistant']), content: z.string().min(1) }))
    .min(1),
  max_completion_tokens: z.int().min(1).max(128_000).optional(),
});

/** OpenAI's chat on a server of its own. */
export function startOpenAIChatStandin(at: { readonly port?: number } = {}) {
  return startStandin((request, response) => answerChat(request, response), at);
}

/** Answers `POST /v1/chat/completions` as OpenAI does: whatever is said, it is said again with a little more light. */
export function answerChat(request: ReceivedRequest, response: ServerResponse): void {
  const { status, body } = toReply(request);
  sendJson(response, status, body);
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

function toReply(request: ReceivedRequest): Reply {
  const { method, path, headers } = request;
  if (method !== 'POST' || path !== chatPath) {
    return toError(404, { message: `Invalid URL (${method} ${path})`, code: null });
  }
  if (!/^Bearer \S+$/.test(headers.authorization ?? '')) {
    return toError(401, { message: 'Incorrect API key provided.', code: 'invalid_api_key' });
  }
  const { data, error } = chatRequest.safeParse(parse(request));
  if (error !== undefined) return toError(400, toComplaint(error));
  const { model, messages } = data;
  if (!model.startsWith('gpt-')) {
    const message = `The model \`${model}\` does not exist or you do not have access to it.`;
    return toError(404, { message, code: 'model_not_found' });
  }
  const said = messages.filter(({ role }) => role === 'user').at(-1)?.content ?? 'Nothing';
  const content = `${said}, in the low light of a winter afternoon`;
  return { status: 200, body: toChatReply({ model, content }) };
}

function parse({ headers, body }: ReceivedRequest): unknown {
  if (headers['content-type'] !== 'application/json') return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function toComplaint({ issues: [issue] }: z.ZodError) {
  const param = issue?.path.join('.') ?? '';
  if (issue?.code !== 'unrecognized_keys') {
    return { message: `Invalid value: '${param}'.`, code: 'invalid_value', param };
  }
  const [key = ''] = issue.keys;
  // Recorded (vercel/ai, reasoning-model-legacy-parameter-error.json).
  if (key === 'max_tokens') {
    const message = `Unsupported parameter: '${key}' is not supported with this model. Use 'max_completion_tokens' instead.`;
    return { message, code: 'unsupported_parameter', param: key };
  }
  return { message: `Unknown parameter: '${key}'.`, code: 'unknown_parameter', param: key };
}

function toError(status: number, error: object): Reply {
  return { status, body: { error: { type: 'invalid_request_error', param: null, ...error } } };
}

export interface ChatAnswer {
  readonly model?: string;
  readonly content?: string | null;
  readonly refusal?: string | null;
  readonly finishReason?: string;
  /** More of the choice. */
  readonly choice?: object;
}

/** As recorded from a chat (vercel/ai, openai-text.json), with other words. */
export function toChatReply({ model, content = null, refusal = null, finishReason, choice }: ChatAnswer): object {
  const message = { role: 'assistant', content, refusal, annotations: [] };
  return {
    id: 'chatcmpl-standin',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: model ?? 'gpt-5.6-luna',
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason ?? 'stop', ...choice }],
    usage: {
      prompt_tokens: 400,
      completion_tokens: 50,
      total_tokens: 450,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 0 },
    },
    service_tier: 'default',
    system_fingerprint: 'fp_standin',
  };
}

/** Says this instead. */
export function sayInChat(answer: ChatAnswer): Answer {
  return (_, response) => sendJson(response, 200, toChatReply(answer));
}
