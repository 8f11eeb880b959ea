import type { FailureCode } from '../domain/failure.ts';

export interface ProviderErrorOptions {
  readonly code: FailureCode;
  readonly retryable: boolean;
  /** How long the provider asks us to stay away. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** The only error that a provider throws, an abort apart. The message is shown to clients: no keys, no signed links. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly code: FailureCode;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, options: ProviderErrorOptions) {
    super(message, { cause: options.cause });
    this.code = options.code;
    this.retryable = options.retryable;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
