import type { GenerateContentParameters, GoogleGenAI } from '@google/genai';
import type { Secret } from '../../domain/secret.ts';
import type { Fetch } from '../../network/fetch.ts';
import { parseJson } from '../../network/send.ts';
import { callVendor } from '../call-vendor.ts';
import { toFailure, vendor } from './to-failure.ts';

export interface GeminiClient {
  /** The reply as it came, undefined where it is no JSON. Throws `ProviderError`, and the signal's reason after an abort. */
  generate(request: GenerateContentParameters, signal: AbortSignal): Promise<unknown>;
}

export interface GeminiAccess {
  readonly fetch: Fetch;
  readonly apiKey: Secret | undefined;
  readonly baseUrl: string;
}

/** Google's SDK, loaded with the first call: it takes a tenth of a second and 32 MB that a server at rest does not need. */
export function createGeminiClient(access: GeminiAccess): GeminiClient {
  let loading: Promise<GoogleGenAI> | undefined;
  return {
    async generate(request, signal) {
      loading ??= loadSdk(access);
      const { models } = await loading;
      let reply: unknown;
      // The SDK makes the request. Its reading of the answer is passed by: it bounds nothing, keeps no headers of an error,
      // drops `finishMessage`, in which Google explains a refusal (3.1.0, candidateFromMldev), and asks again, for money,
      // after an answer that ends with `CONTINUATION`.
      const fetch: Fetch = async (url, init = {}) => {
        reply = await post(access, { url: `${url}`, init, signal });
        return new Response('{}');
      };
      await models.generateContent({ ...request, config: { ...request.config, httpOptions: { fetch } } });
      return reply;
    },
  };
}

async function loadSdk({ baseUrl }: GeminiAccess): Promise<GoogleGenAI> {
  const { GoogleGenAI } = await import('@google/genai');
  return new GoogleGenAI({
    // The SDK insists on one. The key itself is put in when the call is made.
    apiKey: 'none',
    // Left out, it would be read from the environment.
    enterprise: false,
    // Left out, it would be `v1`, which does not know `responseModalities` (googleapis/js-genai#1322).
    httpOptions: { apiVersion: 'v1beta', baseUrl },
  });
}

interface Post {
  readonly url: string;
  readonly init: RequestInit;
  readonly signal: AbortSignal;
}

async function post({ fetch, apiKey }: GeminiAccess, { url, init, signal }: Post): Promise<unknown> {
  const usual = Object.fromEntries(new Headers(init.headers));
  const headers = { ...usual, 'x-goog-api-key': apiKey?.reveal() ?? '' };
  const body = new TextEncoder().encode(`${init.body}`);
  const answer = await callVendor(fetch, { vendor, method: 'POST', url, headers, body, signal });
  if (answer.status !== 200) throw toFailure(answer, apiKey);
  return parseJson(answer.bytes);
}
