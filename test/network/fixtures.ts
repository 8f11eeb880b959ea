import type { Downloader, DownloadRequest } from '../../src/network/download.ts';

/** As a test fetches, unless it says otherwise. */
export function download(downloader: Downloader, url: string, wishes: Partial<DownloadRequest> = {}) {
  const { signal } = new AbortController();
  return downloader.download({ url, maxBytes: 1000, timeoutMilliseconds: 10_000, signal, ...wishes });
}

/** What is thrown. Fails when nothing is. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const nothing = new Error('Nothing was thrown.');
  const outcome = await work.then(
    () => nothing,
    (error: unknown) => error,
  );
  if (outcome === nothing) throw nothing;
  return outcome;
}
