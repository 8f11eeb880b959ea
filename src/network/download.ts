import { setTimeout as pause } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import { createDeadline } from './deadline.ts';
import { DownloadError } from './download-error.ts';
import { createGuardedAgent } from './guarded-agent.ts';
import { type AddressRule, isPublicAddress } from './public-address.ts';
import { leave, type Pace, readAnswer } from './read-answer.ts';
import { type ResolveName, resolveName } from './resolve-name.ts';
import { parseTarget, type Target } from './target.ts';
import type { UrlRule } from './url-rule.ts';

export interface DownloadRequest {
  readonly url: string;
  readonly maxBytes: number;
  readonly timeoutMilliseconds: number;
  readonly signal: AbortSignal;
  /** The user who wants it, where one may want too much. */
  readonly onBehalfOf?: string;
}

/** Fetches from URLs that others chose. Throws `DownloadError`, and the signal's reason after an abort. */
export interface Downloader extends AsyncDisposable {
  download(request: DownloadRequest): Promise<Uint8Array<ArrayBuffer>>;
}

export interface DownloaderOptions {
  /** Origins (scheme, host and port) that may be private: configured ones. Nothing else is asked about them. */
  readonly trustedOrigins: readonly string[];
  /** Which others may be asked. Default: all. */
  readonly mayAsk?: UrlRule;
  /** Which addresses those may have. Default: public ones. */
  readonly isAllowed?: AddressRule;
  /** Default: name servers. */
  readonly resolve?: ResolveName;
  readonly patience?: Patience;
}

export interface Patience {
  /** How long a server may take until its answer begins. */
  readonly answerMilliseconds: number;
  /** How long whoever asks waits at least to hear that there is no answer, whatever the reason. */
  readonly refusalMilliseconds: number;
  /** How slow an answer may be. */
  readonly pace?: Pace;
}

/** Where strangers choose the URLs: what is refused takes as long as what cannot be reached. */
export const patienceWithStrangers: Patience = {
  answerMilliseconds: 5_000,
  refusalMilliseconds: 5_000,
  pace: { bytesPerSecond: 10_000, afterMilliseconds: 5_000 },
};
const patienceByDefault: Patience = { answerMilliseconds: 300_000, refusalMilliseconds: 0 };

const maxRedirects = 3;
const maxInterimAnswers = 5;
const redirects: readonly number[] = [301, 302, 303, 307, 308];
const headers = {
  // Else some hosts answer in a format that we do not take.
  accept: 'image/png, image/jpeg, image/webp, */*;q=0.1',
  'accept-encoding': 'identity',
  'user-agent': 'Darkroom',
};

/**
 * Fetches from public addresses and trusted origins, nowhere else; each redirect is checked anew. Whoever asks is told one
 * sentence for all that gave no answer: what was refused cannot be told from what is not there.
 */
export function createDownloader(options: DownloaderOptions): Downloader {
  const { trustedOrigins, mayAsk = () => true, patience = patienceByDefault } = options;
  const { isAllowed = isPublicAddress, resolve = resolveName } = options;
  const open = createGuardedAgent({ isAllowed: () => true, resolve: undefined });
  const guarded = createGuardedAgent({ isAllowed, resolve });
  const isTrusted = ({ origin }: URL) => trustedOrigins.includes(origin);
  const door: Door = {
    patience,
    mayAsk: (url) => isTrusted(url) || mayAsk(url),
    toAgent: (url) => (isTrusted(url) ? open : guarded),
  };
  return {
    async download({ url, maxBytes, timeoutMilliseconds, signal }) {
      using deadline = createDeadline(timeoutMilliseconds, signal);
      try {
        const answer = await follow(door, url, deadline.signal);
        return await readAnswer(answer, { maxBytes, pace: patience.pace }).finally(() => leave(answer));
      } catch (error) {
        signal.throwIfAborted();
        if (!deadline.isOver || isUnreached(error)) throw error;
        throw new DownloadError('It took too long.', { retryable: true, cause: error });
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([open.destroy(), guarded.destroy()]);
    },
  };
}

interface Door {
  readonly patience: Patience;
  readonly mayAsk: UrlRule;
  readonly toAgent: (url: URL) => Dispatcher;
}

async function follow(door: Door, first: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  let { url, answer } = await reach(door, { text: first }, signal);
  for (let hop = 0; redirects.includes(answer.statusCode); hop += 1) {
    const { location } = answer.headers;
    if (typeof location !== 'string') return answer;
    leave(answer);
    if (hop === maxRedirects) throw new DownloadError('It redirects without end.', { retryable: false });
    ({ url, answer } = await reach(door, { text: location, from: url }, signal));
  }
  return answer;
}

/** Waits for the beginning of an answer. All that keeps it from coming is one and the same `DownloadError`. */
async function reach(door: Door, target: Target, signal: AbortSignal) {
  const begun = performance.now();
  try {
    const url = parseTarget(target, door.mayAsk);
    return { url, answer: await ask(door, url, signal) };
  } catch (cause) {
    const rest = begun + door.patience.refusalMilliseconds - performance.now();
    if (rest > 0) await pause(rest, undefined, { signal }).catch(() => undefined);
    throw new DownloadError(unreached, { retryable: true, cause });
  }
}

function ask({ patience, toAgent }: Door, url: URL, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  const flood = new AbortController();
  let interimAnswers = 0;
  return request(url, {
    headers,
    dispatcher: toAgent(url),
    signal: AbortSignal.any([signal, flood.signal]),
    headersTimeout: patience.answerMilliseconds,
    onInfo: () => {
      interimAnswers += 1;
      if (interimAnswers > maxInterimAnswers) flood.abort(new Error('It answers without coming to the point.'));
    },
  });
}

const unreached = 'The address is not public, or nobody answers there.';

function isUnreached(error: unknown): boolean {
  return error instanceof DownloadError && error.message === unreached;
}
