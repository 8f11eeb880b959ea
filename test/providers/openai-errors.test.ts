import { expect, test } from 'vitest';
import type { ProviderError } from '../../src/providers/provider-error.ts';
import { failureOf } from '../support/orders.ts';
import { errorOf } from '../support/standins/openai.ts';
import { type Answer, sendText } from '../support/standins/standin.ts';
import { openai, openStage } from './openai-fixtures.ts';
import { secret } from './provider-contract.ts';

const slug = 'openai/gpt-image-2';

async function failWith(answer: Answer): Promise<ProviderError> {
  await using stage = await openStage(openai);
  stage.standin.interject(/images/, answer);
  const failure = await failureOf(stage.generate(slug));
  // It is asked once: whether to ask again is for others to decide.
  expect(stage.standin.received).toHaveLength(1);
  return failure as ProviderError;
}

function toBlocked(details: object | null) {
  const message = 'Your request was rejected by the safety system.';
  const error = { message, type: 'image_generation_user_error', code: 'moderation_blocked' };
  return errorOf(400, details === null ? error : { ...error, moderation_details: details });
}

test('a refusal names its stage and its categories', async () => {
  const failure = await failWith(toBlocked({ moderation_stage: 'input', categories: ['violence', 'sexual'] }));
  expect(failure).toMatchObject({ code: 'CONTENT_REFUSED', retryable: false, categories: ['violence', 'sexual'] });
  expect(failure.message).toBe(
    'OpenAI refused this at the input stage (violence, sexual): Your request was rejected by the safety system.',
  );
});

test.each([
  [{ moderation_stage: 'unknown', categories: [] }],
  [{ moderation_stage: 7, categories: 'violence' }],
  [null],
])('a refusal with details %j is a refusal without a stage', async (details) => {
  const failure = await failWith(toBlocked(details));
  expect(failure).toMatchObject({ code: 'CONTENT_REFUSED', categories: [] });
  expect(failure.message).toBe('OpenAI refused this: Your request was rejected by the safety system.');
});

const invalid = 'invalid_request_error';
const broke = 'You exceeded your current quota.';

test.each([
  [400, invalid, 'content_policy_violation', 'CONTENT_REFUSED', false],
  [400, invalid, 'invalid_mask_image_format', 'INVALID_REQUEST', false],
  [400, invalid, 'billing_hard_limit_reached', 'PROVIDER_QUOTA_EXHAUSTED', false],
  [400, invalid, 'model_not_found', 'MODEL_RETIRED', false],
  [401, invalid, 'invalid_api_key', 'PROVIDER_MISCONFIGURED', false],
  [403, invalid, 'model_not_found', 'PROVIDER_MISCONFIGURED', false],
  [403, invalid, null, 'PROVIDER_MISCONFIGURED', false],
  [404, invalid, 'model_not_found', 'MODEL_RETIRED', false],
  [429, 'requests', 'rate_limit_exceeded', 'PROVIDER_RATE_LIMITED', true],
  [429, 'insufficient_quota', 'insufficient_quota', 'PROVIDER_QUOTA_EXHAUSTED', false],
  [500, 'server_error', null, 'PROVIDER_UNAVAILABLE', true],
  [503, 'server_error', null, 'PROVIDER_UNAVAILABLE', true],
])('%i with %s and %s is %s', async (status, type, code, expected, retryable) => {
  const failure = await failWith(errorOf(status, { message: broke, type, code }));
  expect(failure).toMatchObject({ code: expected, retryable, message: expect.stringContaining(broke) });
});

test('a quota that is used up is not asked again, and certainly did not start', async () => {
  const failure = await failWith(errorOf(429, { message: broke, code: 'insufficient_quota' }));
  expect(failure).toMatchObject({ code: 'PROVIDER_QUOTA_EXHAUSTED', retryable: false, unstarted: true });
});

test('a recorded complaint about a parameter is passed on', async () => {
  // vercel/ai, packages/openai/src/image/__fixtures__/gpt-image-response-format-error.json.
  const message = "Unknown parameter: 'response_format'.";
  const failure = await failWith(
    errorOf(400, { message, type: invalid, param: 'response_format', code: 'unknown_parameter' }),
  );
  expect(failure).toMatchObject({ code: 'INVALID_REQUEST', message: `OpenAI does not take the request: ${message}` });
});

test.each([
  ['12s', 12],
  ['7.188s', 7.188],
  ['350ms', 0.35],
  ['6m0s', 360],
  ['1h2m3s', 3723],
])('a delay of %s that is told in words alone is passed on', async (told, seconds) => {
  const message = `Rate limit reached for gpt-image-2: Limit 5, Used 5, Requested 1. Please try again in ${told}. See`;
  const failure = await failWith(errorOf(429, { message, code: 'rate_limit_exceeded' }));
  expect(failure.retryAfterSeconds).toBeCloseTo(seconds);
});

test('a delay in a header wins over the words', async () => {
  const error = { message: 'Please try again in 12s.', code: 'rate_limit_exceeded' };
  expect((await failWith(errorOf(429, error, { 'retry-after-ms': '1500' }))).retryAfterSeconds).toBe(1.5);
  expect((await failWith(errorOf(429, error, { 'retry-after': '3' }))).retryAfterSeconds).toBe(3);
});

test('a server that says to try again is asked once all the same', async () => {
  const failure = await failWith(errorOf(500, { message: 'Oh.' }, { 'x-should-retry': 'true', 'retry-after': '0' }));
  expect(failure).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', unstarted: false });
});

test.each([
  ['in its words', errorOf(401, { message: `Incorrect API key provided: ${secret}. Bearer ${secret}` })],
  ['in a text', (_: unknown, response) => sendText(response, 400, `The key ${secret} is odd.`)],
] satisfies [string, Answer][])('a key that OpenAI repeats %s is not shown', async (_, answer) => {
  const failure = await failWith(answer);
  expect(failure.message).not.toContain(secret);
  expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain(secret);
});
