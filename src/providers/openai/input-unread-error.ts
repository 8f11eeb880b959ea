/** Carries what reading an input threw through `fetch` and the SDK, which take it for a broken connection. */
export class InputUnreadError extends Error {
  override readonly name = 'InputUnreadError';

  constructor(cause: unknown) {
    super('An input could not be read.', { cause });
  }
}

export function findInputUnreadError(error: unknown): InputUnreadError | undefined {
  if (error instanceof InputUnreadError) return error;
  return error instanceof Error ? findInputUnreadError(error.cause) : undefined;
}
