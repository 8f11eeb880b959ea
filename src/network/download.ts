import { lookup as lookupAddresses } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, fetch as undiciFetch } from 'undici';
import { createDeadline } from './deadline.ts';
import { NetworkError, toNetworkError } from './network-error.ts';
import { isPublicAddress } from './public-address.ts';
import { readBytes } from './send.ts';

export interface DownloadRequest {
  readonly url: string;
  readonly maxBytes: number;
  readonly timeoutMilliseconds: number;
  readonly signal: AbortSignal;
}

/** Fetches from URLs that others chose. Throws `DownloadError`, and the signal's reason after an abort. */
export interface Downloader extends AsyncDisposable {
  download(request: DownloadRequest): Promise<Uint8Array<ArrayBuffer>>;
}

export interface DownloaderOptions {
  /** Origins (scheme, host and port) that may be private: configured ones. None where users choose the URLs. */
  readonly trustedOrigins: readonly string[];
  /** Default: the system's. */
  readonly lookup?: typeof lookupAddresses;
}

/** Why nothing was fetched, in a sentence for people that names no address. */
export class DownloadError extends Error {
  override readonly name = 'DownloadError';
  /** Whether the same URL may work later. */
  readonly retryable: boolean;

  constructor(message: string, { retryable, cause }: { readonly retryable: boolean; readonly cause?: unknown }) {
    super(message, { cause });
    this.retryable = retryable;
  }
}

const maxRedirects = 5;
const redirects: readonly number[] = [301, 302, 303, 307, 308];
// Else some hosts answer in a format that we do not take.
const headers = { accept: 'image/png, image/jpeg, image/webp, */*;q=0.1' };

/**
 * Fetches from public addresses and trusted origins, nowhere else. The address is checked where the connection is made, so
 * that a name that answers differently the second time gains nothing; each redirect is checked anew.
 */
export function createDownloader({ trustedOrigins, lookup = lookupAddresses }: DownloaderOptions): Downloader {
  const open = new Agent();
  const guarded = new Agent({ connect: { lookup: createPublicLookup(lookup) } });
  const isTrusted = (url: URL) => trustedOrigins.includes(url.origin);
  return {
    async download({ url, maxBytes, timeoutMilliseconds, signal }) {
      using deadline = createDeadline(timeoutMilliseconds, signal);
      try {
        return await follow(parseUrl(url), { maxBytes, signal: deadline.signal });
      } catch (error) {
        signal.throwIfAborted();
        if (deadline.isOver) throw new DownloadError('It took too long.', { retryable: true, cause: error });
        throw toDownloadError(error);
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([open.destroy(), guarded.destroy()]);
    },
  };

  async function follow(first: URL, limits: { maxBytes: number; signal: AbortSignal }) {
    let url = first;
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      if (!isTrusted(url)) refusePrivateLiteral(url);
      const dispatcher = isTrusted(url) ? open : guarded;
      const answer = await undiciFetch(url, { headers, signal: limits.signal, redirect: 'manual', dispatcher });
      if (answer.ok) return readBytes(answer as unknown as Response, limits.maxBytes);
      await answer.body?.cancel();
      const location = answer.headers.get('location');
      if (!redirects.includes(answer.status) || location === null) throw fromStatus(answer.status);
      url = parseUrl(location, url);
    }
    throw new DownloadError('It redirects without end.', { retryable: false });
  }
}

function fromStatus(status: number): DownloadError {
  return new DownloadError(`The address answered ${status}.`, { retryable: status >= 500 || status === 429 });
}

/** Undefined for what is no http or https address, and for one with a user's name or password. */
export function parseHttpUrl(text: string, base?: URL): URL | undefined {
  const url = URL.parse(text, base);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined;
  return url.username === '' && url.password === '' ? url : undefined;
}

function parseUrl(text: string, base?: URL): URL {
  const url = parseHttpUrl(text, base);
  if (url === undefined) throw new DownloadError('It is no plain http or https address.', { retryable: false });
  return url;
}

/** A host that is an address is never looked up. */
function refusePrivateLiteral({ hostname }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(host) && !isPublicAddress(host)) throw createPrivateError();
}

function createPublicLookup(lookup: typeof lookupAddresses): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const refused =
        error ?? (addresses.every(({ address }) => isPublicAddress(address)) ? null : createPrivateError());
      const [first] = addresses ?? [];
      if (refused !== null || first === undefined) callback(refused ?? createPrivateError(), '', 0);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function createPrivateError(): DownloadError {
  return new DownloadError('The address is not public.', { retryable: false });
}

function toDownloadError(error: unknown): DownloadError {
  const known = findDownloadError(error);
  if (known !== undefined) return known;
  const { message, tooLarge } = error instanceof NetworkError ? error : toNetworkError(error);
  return new DownloadError(message, { retryable: !tooLarge, cause: error });
}

/** What `lookup` answers comes back as the cause of what fetch throws. */
function findDownloadError(error: unknown): DownloadError | undefined {
  if (error instanceof DownloadError) return error;
  return error instanceof Error ? findDownloadError(error.cause) : undefined;
}
