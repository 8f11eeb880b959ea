import type { FailureCode } from '../domain/failure.ts';

export interface ProviderErrorOptions {
  readonly code: FailureCode;
  /** Whether asking again may help. */
  readonly retryable: boolean;
  /** The call certainly did not start, so that making it again cannot be paid twice. Default: false. */
  readonly unstarted?: boolean;
  /** The connection broke before the answer was there: whether the provider did the work is not known. Default: false. */
  readonly cutOff?: boolean;
  /** How long the provider asks us to stay away. */
  readonly retryAfterSeconds?: number;
  /** What a refusal named, in the provider's words. */
  readonly categories?: readonly string[];
  readonly cause?: unknown;
}

/** The only error that a provider throws, an abort apart. The message is shown to clients: no keys, no signed links. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly code: FailureCode;
  readonly retryable: boolean;
  readonly unstarted: boolean;
  readonly cutOff: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly categories: readonly string[];

  constructor(message: string, options: ProviderErrorOptions) {
    super(message, { cause: options.cause });
    this.code = options.code;
    this.retryable = options.retryable;
    this.unstarted = options.unstarted ?? false;
    this.cutOff = options.cutOff ?? false;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.categories = options.categories ?? [];
  }
}

/** Of a call that was accepted: no answer about it, whatever its status, means that nothing was started. */
export function toStarted(error: unknown): unknown {
  if (!(error instanceof ProviderError) || !error.unstarted) return error;
  const { message, code, retryable, categories, cause } = error;
  return new ProviderError(message, { code, retryable, categories, cause });
}
