import type OpenAI from 'openai';
import { type Server, toFailure } from './to-failure.ts';
import type { ImagesRequest } from './to-request.ts';

export interface ServerCall {
  readonly client: OpenAI;
  readonly server: Server;
  readonly signal: AbortSignal;
}

/**
 * Everything that the server says: its one reply, or the events of its stream, as they come. Throws `ProviderError`, and what
 * reading an input threw. An abort ends it with an error that says nothing, or as if that was all.
 */
export async function* callServer(
  { client, server, signal }: ServerCall,
  request: ImagesRequest,
): AsyncGenerator<unknown, void, undefined> {
  try {
    const answer = await send(client, request, signal);
    if (isStream(answer)) yield* answer;
    else yield answer;
  } catch (error) {
    throw toFailure(error, server);
  }
}

async function send(client: OpenAI, { fields, images, mask }: ImagesRequest, signal: AbortSignal): Promise<unknown> {
  const [first, ...others] = images;
  if (first === undefined) return client.images.generate(fields, { signal });
  const image = others.length === 0 ? first : [...images];
  return client.images.edit({ ...fields, image, ...(mask === null ? {} : { mask }) }, { signal });
}

function isStream(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}
