import type { Secret } from '../../domain/secret.ts';
import type { Fetch } from '../../network/fetch.ts';
import type { HttpAnswer } from '../../network/send.ts';
import { callVendor } from '../call-vendor.ts';

export const vendor = 'AUTOMATIC1111';

/** One web UI and its API. Its calls throw what `callVendor` does. */
export interface Engine {
  get(path: string, signal: AbortSignal): Promise<HttpAnswer>;
  post(path: string, body: object, signal: AbortSignal): Promise<HttpAnswer>;
  /** What nobody may be shown of what it says. */
  readonly secrets: readonly Secret[];
}

/** A user and a password in the address go into a header: fetch takes no URL that holds them. Throws where it is no URL. */
export function createEngine(fetch: Fetch, address: Secret): Engine {
  const url = new URL(address.reveal());
  url.username = '';
  url.password = '';
  const base = url.href.replace(/\/+$/, '');
  return {
    get: (path, signal) =>
      callVendor(fetch, { vendor, method: 'GET', url: `${base}${path}`, headers: toHeaders(address), signal }),
    post: (path, body, signal) =>
      callVendor(fetch, { vendor, method: 'POST', url: `${base}${path}`, headers: toHeaders(address), body, signal }),
    secrets: [address],
  };
}

function toHeaders(address: Secret): Readonly<Record<string, string>> {
  const { username, password } = new URL(address.reveal());
  const token = Buffer.from(`${decode(username)}:${decode(password)}`).toString('base64');
  return username === '' ? {} : { authorization: `Basic ${token}` };
}

/** A password may hold a percent sign that nobody has escaped. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
