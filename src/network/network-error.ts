export interface NetworkErrorOptions {
  /** False when the other side certainly got nothing of the request. */
  readonly connected: boolean;
  readonly tooLarge?: boolean;
  readonly cause?: unknown;
}

/** No whole answer came. The message is a sentence for people and names no address. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly connected: boolean;
  readonly tooLarge: boolean;

  constructor(message: string, { connected, tooLarge = false, cause }: NetworkErrorOptions) {
    super(message, { cause });
    this.connected = connected;
    this.tooLarge = tooLarge;
  }
}

/** Errors of the connection's making: nothing of the request was sent. */
const unconnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** What `fetch` throws, which hides the reason in its cause. */
export function toNetworkError(error: unknown): NetworkError {
  if (error instanceof NetworkError) return error;
  const connected = !findCodes(error).some((code) => unconnected.has(code));
  const message = connected ? 'The connection broke before the answer was there.' : 'No connection could be made.';
  return new NetworkError(message, { connected, cause: error });
}

function findCodes(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const own = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  const inner = error instanceof AggregateError ? error.errors.flatMap(findCodes) : [];
  return [...own, ...inner, ...findCodes(error.cause)];
}
