import type { Dispatcher } from 'undici';
import { DownloadError } from './download-error.ts';
import { toNetworkError } from './network-error.ts';

/** The least that a server must do, on average, once some time has passed. */
export interface Pace {
  readonly bytesPerSecond: number;
  readonly afterMilliseconds: number;
}

export interface AnswerLimits {
  readonly maxBytes: number;
  readonly pace: Pace | undefined;
}

/** The whole body of an answer. Throws `DownloadError`, and whatever the body's signal throws. */
export async function readAnswer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  { maxBytes, pace }: AnswerLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  if (statusCode !== 200) throw fromStatus(statusCode);
  const { 'content-encoding': encoding = 'identity', 'content-length': length = '0' } = headers;
  // None was asked for: what unpacks to a thousand times its size is not even begun.
  if (encoding !== 'identity') throw refuse('The answer is packed.');
  if (Number(length) > maxBytes) throw createTooLarge();
  const progress = { bytes: 0, isTooSlow: false };
  using _ = watchPace(pace, progress, () => leave({ body }));
  try {
    return await collect(body, maxBytes, progress);
  } catch (error) {
    if (progress.isTooSlow) throw new DownloadError('It took too long.', { retryable: true, cause: error });
    throw error instanceof DownloadError ? error : toBroken(error);
  }
}

/** Closes the connection: nothing more is read. */
export function leave({ body }: Pick<Dispatcher.ResponseData, 'body'>): void {
  body.on('error', () => undefined).destroy();
}

interface Progress {
  bytes: number;
  isTooSlow: boolean;
}

async function collect(body: AsyncIterable<Uint8Array>, maxBytes: number, progress: Progress) {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    progress.bytes += chunk.byteLength;
    if (progress.bytes > maxBytes) throw createTooLarge();
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks, progress.bytes));
}

function watchPace(pace: Pace | undefined, progress: Progress, onTooSlow: () => void): Disposable {
  if (pace === undefined) return { [Symbol.dispose]: () => undefined };
  const begun = performance.now();
  const timer = setInterval(() => {
    const seconds = (performance.now() - begun) / 1000;
    if (progress.bytes >= seconds * pace.bytesPerSecond) return;
    progress.isTooSlow = true;
    onTooSlow();
  }, pace.afterMilliseconds);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function fromStatus(status: number): DownloadError {
  return new DownloadError(`The address answered ${status}.`, { retryable: status >= 500 || status === 429 });
}

function createTooLarge(): DownloadError {
  return refuse('The answer is too large.');
}

function refuse(message: string): DownloadError {
  return new DownloadError(message, { retryable: false });
}

function toBroken(cause: unknown): DownloadError {
  return new DownloadError(toNetworkError(cause).message, { retryable: true, cause });
}
