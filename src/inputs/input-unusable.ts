/** What was sent or fetched is no input image. The message is a sentence for people that names no address. */
export class InputUnusable extends Error {
  override readonly name = 'InputUnusable';
  /** Whether the same source may work later. */
  readonly retryable: boolean;

  constructor(
    message: string,
    { retryable = false, cause }: { readonly retryable?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.retryable = retryable;
  }
}
