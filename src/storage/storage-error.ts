export interface StorageErrorOptions {
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  readonly cause?: unknown;
}

/** The message names the call and the blob, and carries neither keys nor signed links. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly retryable: boolean;

  constructor(message: string, options: StorageErrorOptions) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable;
  }
}
