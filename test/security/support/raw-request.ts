import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface RawRequest {
  readonly method?: string;
  /** Also those that `fetch` would set itself. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** As it is sent, where it is not that of the address. */
  readonly path?: string;
}

export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

/** As a browser, a proxy or an attacker sends it: nothing is added, and no path is made tidy. */
export async function sendRaw(
  url: string,
  { method = 'GET', headers = {}, body, path }: RawRequest,
): Promise<RawReply> {
  const sent = request(url, { method, headers, agent: false, ...(path === undefined ? {} : { path }) });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const bytes = await buffer(response);
  return { status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString() };
}

/** An operation, posted as JSON. */
export function postRaw(url: string, query: string, headers: Readonly<Record<string, string>>): Promise<RawReply> {
  const body = JSON.stringify({ query });
  return sendRaw(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
}
