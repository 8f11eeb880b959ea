import type { Fetch } from '../../network/fetch.ts';
import type { HttpAnswer } from '../../network/send.ts';
import { callVendor } from '../call-vendor.ts';

export const vendor = 'AUTOMATIC1111';

/** One web UI and its API. Its calls throw what `callVendor` does. */
export interface Engine {
  get(path: string, signal: AbortSignal): Promise<HttpAnswer>;
  post(path: string, body: object, signal: AbortSignal): Promise<HttpAnswer>;
  /** What nobody may be shown of what it says. */
  readonly secrets: readonly string[];
}

/** A user and a password in the address go into a header: fetch takes no URL that holds them. Throws where it is no URL. */
export function createEngine(fetch: Fetch, address: string): Engine {
  const url = new URL(address);
  const user = decode(url.username);
  const password = decode(url.password);
  const token = Buffer.from(`${user}:${password}`).toString('base64');
  const headers: Record<string, string> = url.username === '' ? {} : { authorization: `Basic ${token}` };
  url.username = '';
  url.password = '';
  const base = url.href.replace(/\/+$/, '');
  return {
    get: (path, signal) => callVendor(fetch, { vendor, method: 'GET', url: `${base}${path}`, headers, signal }),
    post: (path, body, signal) =>
      callVendor(fetch, { vendor, method: 'POST', url: `${base}${path}`, headers, body, signal }),
    secrets: [token, password],
  };
}

/** A password may hold a percent sign that nobody has escaped. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
