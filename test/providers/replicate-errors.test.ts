import { describe, expect, test } from 'vitest';
import { sendJson, sendText } from '../support/standins/standin.ts';
import { secret } from './provider-contract.ts';
import { openReplicate, publishedInvalidInput } from './replicate-fixtures.ts';

const { standin, fail } = await openReplicate({
  'replicate/gone': { name: 'Gone', vendorModel: 'nobody/nothing' },
  'replicate/old': { name: 'Old', vendorModel: 'nobody/nothing', settings: { version: 'a0b1' } },
});

const refuse = (status: number, body: object, headers = {}) =>
  standin.interject(/\/predictions$/, (_, response) => sendJson(response, status, body, headers));

describe('an answer to the order', () => {
  test('that names wrong fields shows each of them', async () => {
    refuse(422, publishedInvalidInput);
    const failure = await fail();
    expect(failure).toMatchObject({ code: 'INVALID_REQUEST', retryable: false });
    expect(failure.message).toBe(
      'Replicate does not take the request: ' +
        'input: prompt is required; input.num_inference_steps: Must be less than or equal to 4',
    );
  });

  test('that a model really refuses is understood', async () => {
    const failure = await fail({ steps: 400 });
    expect(failure).toMatchObject({ code: 'INVALID_REQUEST' });
    expect(failure.message).toContain('input.num_inference_steps');
  });

  test('that tells the delay in words passes it on', async () => {
    refuse(429, { detail: 'Request was throttled. Your rate limit resets in ~30s.', status: 429 });
    expect(await fail()).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', unstarted: true, retryAfterSeconds: 30 });
  });

  test('believes the header more than the words', async () => {
    refuse(429, { detail: 'Your rate limit resets in ~30s.' }, { 'retry-after': '4' });
    expect(await fail()).toMatchObject({ retryAfterSeconds: 4 });
  });

  test('that wants to be paid first is about the quota', async () => {
    refuse(402, { title: 'Insufficient credit', detail: 'You have insufficient credit to run this model.' });
    const failure = await fail();
    expect(failure).toMatchObject({ code: 'PROVIDER_QUOTA_EXHAUSTED', retryable: false });
    expect(failure.message).toContain('insufficient credit');
  });

  test.each(['replicate/gone', 'replicate/old'])('for %s says that there is no such model', async (slug) => {
    expect(await fail({}, slug)).toMatchObject({ code: 'MODEL_RETIRED', retryable: false, unstarted: true });
  });

  test('that is a bad request shows what it says', async () => {
    refuse(400, { status: 400, detail: 'Invalid input' });
    expect(await fail()).toMatchObject({ code: 'INVALID_REQUEST', message: expect.stringContaining('Invalid input') });
  });

  test('says no more than its title where there is no more', async () => {
    refuse(403, { title: 'Forbidden' });
    expect(await fail()).toMatchObject({
      code: 'PROVIDER_MISCONFIGURED',
      message: expect.stringMatching(/^Replicate .*: Forbidden$/),
    });
  });

  test('is no order where it redirects', async () => {
    refuse(302, {}, { location: 'http://169.254.169.254/' });
    expect(await fail()).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
  });

  test.each([503, 500])('of %i that is a page shows nothing of it', async (status) => {
    standin.interject(/\/predictions$/, (_, response) => sendText(response, status, '<h1>Down</h1>', 'text/html'));
    const failure = await fail();
    expect(failure).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true, unstarted: status === 503 });
    expect(failure.message).not.toContain('Down');
  });
});

describe('a prediction that ends', () => {
  const end = (status: string, error: unknown = null, metrics = {}) => standin.play([{}, { status, error, metrics }]);

  test.each([
    ['NSFW content detected. Try running it again, or try a different prompt.', 'nsfw'],
    ['The input or output was flagged as sensitive. Please try again with different inputs. (E005)', 'sensitive'],
  ])('with "%s" is a refusal that names its category', async (error, category) => {
    end('failed', error);
    const failure = await fail();
    expect(failure).toMatchObject({ code: 'CONTENT_REFUSED', retryable: false, categories: [category] });
    expect(failure.message).toBe(`Replicate refuses: ${error}`);
  });

  test('as a refusal by the model of the stand-in is one too', async () => {
    expect(await fail({ prompt: 'Something NSFW' })).toMatchObject({ code: 'CONTENT_REFUSED' });
  });

  test('in a failure shows what was said', async () => {
    end('failed', 'CUDA out of memory. Tried to allocate 2.00 GiB');
    expect(await fail()).toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      retryable: true,
      unstarted: false,
      message: 'The model failed at Replicate: CUDA out of memory. Tried to allocate 2.00 GiB',
    });
  });

  test('in a traceback shows its last line', async () => {
    end('failed', 'Traceback (most recent call last):\n  File "/src/predict.py", line 9\nValueError: too wide\n');
    expect((await fail()).message).toBe('The model failed at Replicate: ValueError: too wide');
  });

  test.each([null, { code: 7 }])('with %j as its error is a failure all the same', async (error) => {
    end('failed', error);
    expect((await fail()).message).toBe('The model failed at Replicate.');
  });

  test('because somebody cancelled it there says so', async () => {
    end('canceled');
    const failure = await fail();
    expect(failure).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true, unstarted: false });
    expect(failure.message).toContain('cancelled at Replicate');
  });

  test('before it began has waited too long', async () => {
    end('aborted');
    expect(await fail()).toMatchObject({ code: 'TIMED_OUT', retryable: true });
  });

  test('never shows our token or a signed link', async () => {
    end('failed', `Cannot read https://files.example/x.png?signature=abc with ${secret}`);
    const { message } = await fail();
    expect(message).toContain('https://files.example/x.png');
    expect(message).not.toMatch(/signature|secret-key/);
  });
});
