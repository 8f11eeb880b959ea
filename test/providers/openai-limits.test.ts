import { expect, test } from 'vitest';
import { NetworkError } from '../../src/network/network-error.ts';
import { createCarefulFetch, FailedAnswer } from '../../src/providers/openai/careful-fetch.ts';
import { toFailure } from '../../src/providers/openai/to-failure.ts';

/** Reads what answers with this, as far as three bytes. */
function fetchThree(body: BodyInit, status = 200): Promise<Response> {
  const answer = async () => new Response(body, { status, headers: { 'x-request-id': 'req-1' } });
  return createCarefulFetch(answer, 3)('https://vendor.invalid');
}

const tooLarge = expect.objectContaining({ tooLarge: true });

test('an answer that just fits is passed on with its headers', async () => {
  const answer = await fetchThree('abc');
  expect(answer.headers.get('x-request-id')).toBe('req-1');
  expect(await answer.text()).toBe('abc');
});

test('an answer without end is given up', async () => {
  const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(2)) });
  await expect((await fetchThree(endless)).text()).rejects.toEqual(tooLarge);
});

test('a failure that is too large is given up too', async () => {
  await expect(fetchThree('abcd', 500)).rejects.toEqual(tooLarge);
  await expect(fetchThree('abc', 500)).rejects.toBeInstanceOf(FailedAnswer);
});

test('an answer that is too large is a bad response, and would be so again', () => {
  const error = new NetworkError('The answer is too large.', { connected: true, tooLarge: true });
  expect(toFailure(error, { label: 'OpenAI', apiKey: undefined })).toMatchObject({
    code: 'PROVIDER_BAD_RESPONSE',
    retryable: false,
    message: 'OpenAI: The answer is too large.',
  });
});
