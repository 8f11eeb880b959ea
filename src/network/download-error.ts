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
