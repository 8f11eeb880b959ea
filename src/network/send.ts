import type { Fetch } from './fetch.ts';
import { NetworkError, toNetworkError } from './network-error.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From configuration, or made of it: never from a stranger. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: FormData | Uint8Array<ArrayBuffer> | object;
  /** The answer is given up beyond this. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * One request and its whole answer, whatever its status. Redirects are not followed. Throws `NetworkError`, and the signal's
 * reason after an abort.
 */
export async function send(fetch: Fetch, request: HttpRequest): Promise<HttpAnswer> {
  const { method, url, signal, maxBytes } = request;
  try {
    const answer = await fetch(url, { method, signal, redirect: 'manual', ...toContent(request) });
    return { status: answer.status, headers: answer.headers, bytes: await readBytes(answer, maxBytes) };
  } catch (error) {
    signal.throwIfAborted();
    throw toNetworkError(error);
  }
}

function toContent({ headers = {}, body }: HttpRequest): RequestInit {
  if (body === undefined) return { headers };
  if (body instanceof FormData || body instanceof Uint8Array) return { headers, body };
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** Throws `NetworkError` beyond `maxBytes`; the rest is then not read. */
export async function readBytes(answer: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new NetworkError('The answer is too large.', { connected: true, tooLarge: true });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** Undefined for what is no JSON. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
