import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { answerChat, chatPath } from './openai-chat.ts';
import { makePicture } from './openai-pictures.ts';
import { type Dialect, type ParsedRequest, parseRequest, Refusal, refuse } from './openai-requests.ts';
import { type Answer, type ReceivedRequest, sendJson, startStandin } from './standin.ts';

export interface OpenAIStandinOptions {
  readonly port?: number;
  /** OpenAI by default. `plain` asks for no key and complains as stable-diffusion.cpp does. */
  readonly dialect?: Dialect;
  /** Between two events of a stream. */
  readonly stepMilliseconds?: number;
}

const models: Readonly<Record<Dialect, readonly string[]>> = {
  openai: ['gpt-image-2', 'gpt-image-2.5-flare', 'gpt-image-2.5-sunburst'],
  nebius: ['black-forest-labs/flux-schnell', 'black-forest-labs/flux-dev', 'stability-ai/sdxl'],
  plain: ['sd-cpp-local'],
};

/** OpenAI's images, and two kinds of servers that call themselves compatible. */
export function startOpenAIStandin({ dialect = 'openai', stepMilliseconds = 2, ...at }: OpenAIStandinOptions = {}) {
  return startStandin(async (request, response) => {
    try {
      await answer({ dialect, stepMilliseconds }, request, response);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      sendJson(response, error.status, error.body, { 'x-request-id': 'req_standin' });
    }
  }, at);
}

type Character = Required<Omit<OpenAIStandinOptions, 'port'>>;

async function answer(character: Character, request: ReceivedRequest, response: ServerResponse): Promise<void> {
  const { dialect } = character;
  const route = `${request.method} ${request.path}`;
  if (request.method === 'GET' && request.path.startsWith('/pictures/')) return servePicture(response);
  if (dialect !== 'plain' && !/^Bearer \S+$/.test(request.headers.authorization ?? '')) throw refuseKey(dialect);
  if (request.path === chatPath) return answerChat(request, response);
  if (route === 'GET /v1/models') return sendJson(response, 200, listModels(dialect));
  if (route !== 'POST /v1/images/generations' && route !== 'POST /v1/images/edits') {
    throw refuse(`Invalid URL (${route})`, { status: 404, code: 'unknown_url' });
  }
  const wanted = await parseRequest(request, dialect);
  if (wanted.partialImages === null) return sendJson(response, 200, await toReply(wanted, dialect));
  return stream(response, await toEvents(wanted), character.stepMilliseconds);
}

function refuseKey(dialect: Dialect): Refusal {
  if (dialect === 'nebius') return new Refusal(401, { detail: 'Could not validate credentials' });
  return refuse('Incorrect API key provided.', { status: 401, code: 'invalid_api_key' });
}

function listModels(dialect: Dialect) {
  return { object: 'list', data: models[dialect].map((id) => ({ id, object: 'model', owned_by: dialect })) };
}

/** Where the URLs of tests lead. */
async function servePicture(response: ServerResponse): Promise<void> {
  const picture = await makePicture({ format: 'png', width: 64, height: 64 });
  response.writeHead(200, { 'content-type': 'image/png' }).end(picture);
}

async function toReply(wanted: ParsedRequest, dialect: Dialect) {
  const base64 = (await makePicture(wanted)).toString('base64');
  const data = Array.from({ length: wanted.pictures }, () => ({ b64_json: base64 }));
  if (dialect === 'nebius') return { data, id: 'img-standin' };
  const created = 1_790_000_000;
  if (dialect === 'plain') return { created, output_format: wanted.format, data };
  return { created, background: 'opaque', data, output_format: wanted.format, usage: toUsage(wanted) };
}

/** What the prices of one picture come to in tokens: 0.006, 0.053 and 0.211 USD at 30 USD for a million. */
const outputTokens: Readonly<Record<string, number>> = { low: 200, high: 7033 };

function toUsage({ quality, inputs, pictures, partialImages }: ParsedRequest) {
  const output = (outputTokens[quality] ?? 1767) * pictures + 100 * (partialImages ?? 0);
  const details = { text_tokens: 10, image_tokens: 40 * inputs };
  const input = details.text_tokens + details.image_tokens;
  return {
    total_tokens: input + output,
    input_tokens: input,
    output_tokens: output,
    input_tokens_details: details,
    output_tokens_details: { image_tokens: output, text_tokens: 0 },
  };
}

async function toEvents(wanted: ParsedRequest) {
  const kind = wanted.inputs > 0 ? 'image_edit' : 'image_generation';
  const picture = { b64_json: (await makePicture(wanted)).toString('base64'), output_format: wanted.format };
  const partials = Array.from({ length: wanted.partialImages ?? 0 }, (_, index) => ({
    type: `${kind}.partial_image`,
    ...picture,
    partial_image_index: index,
  }));
  return [...partials, { type: `${kind}.completed`, ...picture, usage: toUsage(wanted) }];
}

export interface StreamEvent {
  readonly type: string;
}

async function stream(response: ServerResponse, events: readonly StreamEvent[], stepMilliseconds: number) {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  for (const event of events) {
    response.write(toFrame(event));
    await pause(stepMilliseconds);
  }
  response.end();
}

function toFrame(event: StreamEvent): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** These events and then the end, as if that was all. */
export function streamOf(events: readonly StreamEvent[]): Answer {
  return (_, response) => stream(response, events, 0);
}

/** These events, and then the connection breaks. */
export function brokenStreamOf(events: readonly StreamEvent[]): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(events.map(toFrame).join(''), () => response.destroy());
  };
}

/** A failure as OpenAI words it. */
export function errorOf(status: number, error: object, headers: Record<string, string> = {}): Answer {
  return (_, response) => sendJson(response, status, { error: { param: null, ...error } }, headers);
}
