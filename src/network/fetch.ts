import { Agent, type RequestInit as UndiciRequestInit, fetch as undiciFetch } from 'undici';

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
  const fetch = async (input: unknown, init: RequestInit = {}) =>
    undiciFetch(input as string, { ...(await writeForm(init)), dispatcher } as UndiciRequestInit);
  return {
    fetch: fetch as unknown as Fetch,
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

/** The package's fetch does not know Node's own `FormData`, and would send it as the text `[object FormData]`. */
async function writeForm(init: RequestInit): Promise<RequestInit> {
  if (!(init.body instanceof FormData)) return init;
  const written = new Response(init.body);
  const headers = new Headers(init.headers);
  headers.set('content-type', written.headers.get('content-type') ?? '');
  return { ...init, headers, body: await written.arrayBuffer() };
}
