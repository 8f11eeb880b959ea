import type { Fetch } from '../../network/fetch.ts';
import { NetworkError } from '../../network/network-error.ts';
import { readBytes } from '../../network/send.ts';

/** As much as a few large pictures in base64. */
const usualMaxBytes = 200 * 1024 * 1024;

/** An answer with another status than 2xx, whole. The SDK would keep only what stands under `error` in it. */
export class FailedAnswer extends Error {
  override readonly name = 'FailedAnswer';
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;

  constructor({ status, headers }: Response, body: Uint8Array) {
    super('The server answered with a failure.');
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/**
 * What the SDK does not see to: redirects are not followed, and answers are not read without end. Throws `FailedAnswer`, which
 * the SDK passes on as the cause of its own error.
 */
export function createCarefulFetch(fetch: Fetch, maxBytes = usualMaxBytes): Fetch {
  return async (input, init) => {
    const answer = await fetch(input, { ...init, redirect: 'manual' });
    if (!answer.ok) throw new FailedAnswer(answer, await readBytes(answer, maxBytes));
    return answer.body === null ? answer : new Response(answer.body.pipeThrough(createMeter(maxBytes)), answer);
  };
}

function createMeter(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let size = 0;
  return new TransformStream({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size <= maxBytes) controller.enqueue(chunk);
      else controller.error(new NetworkError('The answer is too large.', { connected: true, tooLarge: true }));
    },
  });
}
