import { Agent, FormData as UndiciFormData, type RequestInit as UndiciRequestInit, fetch as undiciFetch } from 'undici';

/** The web's fetch: for URLs that come from configuration. Whatever a stranger may have a say in goes through `download`. */
export type Fetch = typeof globalThis.fetch;

const connectMilliseconds = 10_000;

export interface FetchClient extends AsyncDisposable {
  readonly fetch: Fetch;
}

/**
 * Without time limits of its own, a connection's apart: Node's fetch gives up an answer whose head takes five minutes, which
 * an engine that paints before it answers may need. Callers bring a signal with their deadline.
 */
export function createFetch(): FetchClient {
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: connectMilliseconds } });
  const fetch = (input: unknown, init: RequestInit = {}) =>
    undiciFetch(input as string, { ...init, body: toKnownBody(init.body), dispatcher } as UndiciRequestInit);
  return {
    fetch: fetch as unknown as Fetch,
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

/**
 * The package's fetch does not know Node's own `FormData`, and would send it as the text `[object FormData]`. Of its own one it
 * sends the files as they are, without a copy.
 */
function toKnownBody(body: RequestInit['body']): unknown {
  if (!(body instanceof FormData)) return body;
  const form = new UndiciFormData();
  for (const [name, value] of body) form.append(name, value);
  return form;
}
