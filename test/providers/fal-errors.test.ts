import { describe, expect, test } from 'vitest';
import { sendJson, sendText } from '../support/standins/standin.ts';
import { openFal, publishedFailures, publishedRefusal } from './fal-fixtures.ts';
import { secret } from './provider-contract.ts';

const { standin, fail } = await openFal({ 'fal/gone': { name: 'Gone', vendorModel: 'nobody/nothing' } });

const refuse = (status: number, body: object, headers = {}) =>
  standin.interject(/\/schnell$/, (_, response) => sendJson(response, status, body, headers));
const end = (status: number, body: unknown, headers = {}) =>
  standin.play({ statuses: [{ status: 'COMPLETED' }], result: { status, body, headers } });
const wrong = (type: string, msg = 'Wrong', loc: readonly unknown[] = ['body', 'image_url']) => ({
  detail: [{ loc, msg, type, input: `data:image/png;base64,${'A'.repeat(400)}` }],
});

describe('an answer to the order', () => {
  test('that a model really refuses names each wrong field', async () => {
    const failure = await fail({ steps: 400, outputFormat: 'WEBP' });
    expect(failure).toMatchObject({ code: 'INVALID_REQUEST', retryable: false });
    expect(failure.message).toMatch(/^fal does not take the request: .*output_format: .*num_inference_steps: /);
  });

  test('for an unknown app says that there is no such model', async () => {
    expect(await fail({}, 'fal/gone')).toMatchObject({ code: 'MODEL_RETIRED', retryable: false, unstarted: true });
  });

  test.each([
    'User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.',
    'User is locked. Reason: TOP_UP.',
  ])('"%s" is about the quota, not about the key', async (detail) => {
    refuse(403, { detail });
    expect(await fail()).toMatchObject({ code: 'PROVIDER_QUOTA_EXHAUSTED', retryable: false, unstarted: true });
  });

  test('that locks us out for another reason is about the key', async () => {
    refuse(403, { detail: 'User is locked. Reason: Admin lock. Please contact support@fal.ai' });
    const failure = await fail();
    expect(failure).toMatchObject({ code: 'PROVIDER_MISCONFIGURED', retryable: false });
    expect(failure.message).toContain('Admin lock');
  });

  test('may be a refusal already', async () => {
    refuse(422, publishedRefusal);
    expect(await fail()).toMatchObject({ code: 'CONTENT_REFUSED', categories: ['content_policy_violation'] });
  });

  test('may be words alone', async () => {
    refuse(400, { detail: 'Expected a JSON object' });
    expect((await fail()).message).toBe('fal does not take the request: Expected a JSON object');
  });
});

describe('a request that ends in a failure', () => {
  test('of the content names what was refused, and not the input', async () => {
    end(422, publishedRefusal);
    const failure = await fail();
    expect(failure).toMatchObject({
      code: 'CONTENT_REFUSED',
      retryable: false,
      unstarted: false,
      categories: ['content_policy_violation'],
    });
    expect(failure.message).toBe(
      'fal refuses: prompt: The content could not be processed because it contained material flagged by a content checker.',
    );
  });

  test.each([
    [{ detail: 'Flagged', error_type: 'content_policy_violation' }, {}],
    [{ detail: 'Flagged' }, { 'x-fal-error-type': 'content_policy_violation' }],
    [{ detail: 'The prompt hit a content_policy_violation' }, {}],
  ])('of the content is found in %j with %j', async (body, headers) => {
    end(422, body, headers);
    expect(await fail()).toMatchObject({ code: 'CONTENT_REFUSED' });
  });

  test.each([
    'image_too_small',
    'image_too_large',
    'image_load_error',
    'file_download_error',
    'file_too_large',
    'face_detection_error',
  ])('%s is about the input image, and does not repeat it', async (type) => {
    end(422, wrong(type));
    const failure = await fail();
    expect(failure).toMatchObject({ code: 'INPUT_IMAGE_UNUSABLE', retryable: false });
    expect(failure.message).toBe('fal cannot use the input image: image_url: Wrong');
  });

  test.each([
    [422, 'less_than_equal', 'INVALID_REQUEST', false],
    [422, 'no_media_generated', 'PROVIDER_BAD_RESPONSE', false],
    [400, 'downstream_service_error', 'PROVIDER_UNAVAILABLE', true],
    [500, 'downstream_service_unavailable', 'PROVIDER_UNAVAILABLE', true],
    [500, 'internal_server_error', 'PROVIDER_UNAVAILABLE', true],
    [504, 'generation_timeout', 'TIMED_OUT', true],
    [422, 'constructor', 'INVALID_REQUEST', false],
  ])('of %i and the type %s is %s', async (status, type, code, retryable) => {
    end(status, wrong(type));
    expect(await fail()).toMatchObject({ code, retryable, unstarted: false });
  });

  test.each([
    [503, 'runner_disconnected', 'PROVIDER_UNAVAILABLE'],
    [503, 'runner_scheduling_failure', 'PROVIDER_UNAVAILABLE'],
    [504, 'request_timeout', 'TIMED_OUT'],
    [504, 'startup_timeout', 'TIMED_OUT'],
  ])('of %i and the request error %s is %s', async (status, type, code) => {
    end(status, { detail: 'Something happened', error_type: type });
    const failure = await fail();
    expect(failure).toMatchObject({ code, retryable: true, unstarted: false });
    expect(failure.message).toContain('Something happened');
  });

  test('joins what is said of several fields', async () => {
    const { detail } = wrong('greater_than', 'Input should be greater than 0', ['body', 'num_inference_steps']);
    end(422, { detail: [...detail, { loc: ['body', 'loras', 0], msg: 'Too heavy', type: 'x' }, { loc: ['body'] }] });
    expect((await fail()).message).toBe(
      'fal does not take the request: num_inference_steps: Input should be greater than 0; loras.0: Too heavy',
    );
  });

  test('tells it by its status where the result is gone', async () => {
    const gone = { status: 404, body: { detail: 'Not found' } };
    standin.play({ statuses: [publishedFailures.disconnected], result: gone });
    expect(await fail()).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', message: 'fal failed: Runner disconnected' });
    standin.play({ statuses: [publishedFailures.timedOut], result: gone });
    expect(await fail()).toMatchObject({ code: 'TIMED_OUT', message: 'fal gave up: Request timed out' });
  });

  test('is a failure whatever the result says', async () => {
    standin.play({ statuses: [publishedFailures.disconnected] });
    expect(await fail()).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });

  test('is lost where neither says anything', async () => {
    end(404, { detail: 'Not found' });
    expect(await fail()).toMatchObject({ code: 'OUTPUT_LOST', retryable: true });
  });

  test('never shows our key or a signed link', async () => {
    end(422, wrong('x', `Cannot read https://files.example/x.png?signature=abc with ${secret}`));
    const { message } = await fail();
    expect(message).toContain('https://files.example/x.png');
    expect(message).not.toMatch(/signature|secret-key/);
  });
});

test('a page shows nothing of itself', async () => {
  standin.interject(/\/schnell$/, (_, response) => sendText(response, 503, '<h1>Down</h1>', 'text/html'));
  const failure = await fail();
  expect(failure).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', unstarted: true });
  expect(failure.message).not.toContain('Down');
});
