import pLimit, { type LimitFunction } from 'p-limit';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Downloader } from './download.ts';
import { DownloadError } from './download-error.ts';

export interface Share {
  /** For one user, at a time. More wait for their turn. */
  readonly atOnce?: number;
  /** For one user. More are refused. */
  readonly perMinute?: number;
}

/**
 * Leaves something for others: who wants too much waits or is refused. It counts what this process fetches, so that a user gets
 * as many shares as there are workers.
 */
export function createFairDownloader(downloader: Downloader, { atOnce = 4, perMinute = 60 }: Share = {}): Downloader {
  const counter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  const turns = new Map<string, LimitFunction>();
  const takeTurn = async <Result>(user: string, work: () => Promise<Result>) => {
    const turn = turns.get(user) ?? pLimit(atOnce);
    turns.set(user, turn);
    return turn(work).finally(() => {
      if (turn.activeCount + turn.pendingCount === 0) turns.delete(user);
    });
  };
  return {
    async download(request) {
      const { onBehalfOf: user, signal } = request;
      if (user === undefined) return downloader.download(request);
      await counter.consume(user).catch((cause: unknown) => {
        throw new DownloadError('You fetch too many images at this time.', { retryable: true, cause });
      });
      return takeTurn(user, async () => {
        signal.throwIfAborted();
        return downloader.download(request);
      });
    },
    [Symbol.asyncDispose]: () => downloader[Symbol.asyncDispose](),
  };
}
