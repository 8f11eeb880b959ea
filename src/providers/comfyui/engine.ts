import type { z } from 'zod';
import { createSecret } from '../../domain/secret.ts';
import type { Fetch } from '../../network/fetch.ts';
import { type HttpAnswer, parseJson } from '../../network/send.ts';
import { callVendor } from '../call-vendor.ts';
import { ProviderError } from '../provider-error.ts';
import { cleanWords } from '../vendor-words.ts';
import { type JobSocket, openJobSocket } from './job-socket.ts';
import { toStatusFailure, vendor } from './to-failure.ts';

export interface EngineOptions {
  readonly fetch: Fetch;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface EngineRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: FormData | object;
  readonly signal: AbortSignal;
}

/** One ComfyUI server, as it is reached. */
export interface Engine {
  /** One request and its whole answer, whatever its status. Throws what `callVendor` throws. */
  send(request: EngineRequest): Promise<HttpAnswer>;
  /** The same for an answer in JSON. Throws `ProviderError` also for any other answer. */
  ask<Reply>(schema: z.ZodType<Reply>, request: EngineRequest): Promise<Reply>;
  /** Hears what is told to this client, as long as the connection holds. Throws the signal's reason only. */
  listen(clientId: string, signal: AbortSignal): Promise<JobSocket>;
  /** Its words, fit for clients. */
  clean(words: string): string;
}

export function createEngine({ fetch, baseUrl, headers }: EngineOptions): Engine {
  const values = Object.values(headers).flatMap((value) => [value, value.split(' ').at(-1) ?? '']);
  const secrets = values.map(createSecret);
  const clean = (words: string) => cleanWords(words, secrets);
  const send = ({ path, ...request }: EngineRequest) =>
    callVendor(fetch, { vendor, url: `${baseUrl}${path}`, headers, ...request });
  return {
    send,
    clean,
    async ask(schema, request) {
      const answer = await send(request);
      if (answer.status !== 200) throw toStatusFailure(answer, clean);
      const { success, data } = schema.safeParse(parseJson(answer.bytes));
      if (success) return data;
      const message = `${vendor} answered with something that cannot be read.`;
      throw new ProviderError(message, { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
    },
    listen: (clientId, signal) => {
      const url = `${baseUrl.replace(/^http/, 'ws')}/ws?clientId=${encodeURIComponent(clientId)}`;
      return openJobSocket({ url, headers, signal });
    },
  };
}
