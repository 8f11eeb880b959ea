import { describe, expect, test } from 'vitest';
import type { FailureCode } from '../../src/domain/failure.ts';
import { createSecret } from '../../src/domain/secret.ts';
import { failureOf, findModel, toOrder } from '../support/orders.ts';
import { failWith } from '../support/standins/cloudflare.ts';
import { sendJson } from '../support/standins/standin.ts';
import { accountId, openCloudflare, openProviders } from './cloudflare-setup.ts';
import { secret } from './provider-contract.ts';

const { standin, provider, fail } = await openCloudflare({
  'cloudflare/gone': { name: 'Gone', vendorModel: '@cf/black-forest-labs/flux-0', settings: { request: 'json' } },
  'cloudflare/encoded': {
    name: 'Encoded',
    vendorModel: '@cf%2Fleonardo%2Flucid-origin',
    settings: { request: 'json' },
  },
  'cloudflare/wrong-shape': {
    name: 'Wrong shape',
    vendorModel: '@cf/black-forest-labs/flux-2-dev',
    settings: { request: 'json' },
  },
});
const slug = 'cloudflare/flux-1-schnell';

interface Row {
  readonly status: number;
  readonly code: number | string;
  readonly message: string;
  readonly means: FailureCode;
  readonly retryable?: boolean;
  readonly unstarted?: boolean;
}

async function failureFor({ status, code, message }: Pick<Row, 'status' | 'code' | 'message'>) {
  standin.interject(/\/ai\/run\//, (_, response) =>
    sendJson(response, status, { errors: [{ message, code }], success: false, result: null, messages: [] }),
  );
  return fail(slug);
}

/** The vendor's table of errors, and what else is known of its answers. */
const rows: readonly Row[] = [
  { status: 400, code: 5007, message: 'No such model @cf/x or task', means: 'MODEL_RETIRED', unstarted: true },
  { status: 404, code: 3042, message: 'The model name is invalid', means: 'MODEL_RETIRED', unstarted: true },
  { status: 400, code: 5004, message: 'Invalid data type for base64 input: x', means: 'INVALID_REQUEST' },
  { status: 400, code: 5006, message: "Bad input: required properties at '/' are 'prompt'", means: 'INVALID_REQUEST' },
  { status: 400, code: 3003, message: 'Request is missing headers or body', means: 'INVALID_REQUEST' },
  { status: 400, code: 3010, message: "unexpected shape for input 'image'", means: 'INVALID_REQUEST' },
  { status: 400, code: 3039, message: 'Finetune is missing required files', means: 'INVALID_REQUEST' },
  { status: 405, code: 5019, message: 'Request trying to use deprecated SDK version', means: 'INVALID_REQUEST' },
  { status: 405, code: 5005, message: 'The model does not support LoRA inference', means: 'INVALID_REQUEST' },
  { status: 413, code: 3006, message: 'Request is too large', means: 'INVALID_REQUEST' },
  { status: 400, code: 3030, message: 'Model input is not valid: missing input', means: 'INVALID_REQUEST' },
  { status: 403, code: 5018, message: 'The account is not allowed', means: 'PROVIDER_MISCONFIGURED', unstarted: true },
  { status: 403, code: 3041, message: 'The account is not allowed', means: 'PROVIDER_MISCONFIGURED', unstarted: true },
  {
    status: 403,
    code: 5016,
    message: 'User has not agreed to terms',
    means: 'PROVIDER_MISCONFIGURED',
    unstarted: true,
  },
  { status: 403, code: 3023, message: 'Service unavailable', means: 'PROVIDER_MISCONFIGURED', unstarted: true },
  { status: 403, code: 5035, message: 'Not on the Free plan', means: 'PROVIDER_MISCONFIGURED', unstarted: true },
  { status: 401, code: 10000, message: 'Authentication error', means: 'PROVIDER_MISCONFIGURED', unstarted: true },
  { status: 403, code: 10000, message: 'Authentication error', means: 'PROVIDER_MISCONFIGURED', unstarted: true },
  { status: 400, code: 6003, message: 'Invalid request headers', means: 'PROVIDER_MISCONFIGURED', unstarted: true },
  { status: 400, code: 7000, message: 'No route for that URI', means: 'PROVIDER_MISCONFIGURED', unstarted: true },
  { status: 404, code: 7003, message: 'Could not route to /x', means: 'PROVIDER_MISCONFIGURED', unstarted: true },
  { status: 408, code: 3007, message: 'Request timeout', means: 'TIMED_OUT', retryable: true },
  { status: 408, code: 3008, message: 'Request was aborted', means: 'PROVIDER_UNAVAILABLE', retryable: true },
  {
    status: 429,
    code: 3036,
    message: 'You have used up your daily free allocation of 10,000 neurons.',
    means: 'PROVIDER_QUOTA_EXHAUSTED',
    unstarted: true,
  },
  {
    status: 429,
    code: 3040,
    message: 'No more data centers to forward the request to',
    means: 'PROVIDER_RATE_LIMITED',
    retryable: true,
    unstarted: true,
  },
  {
    status: 429,
    code: 3040,
    message: 'you have used up your daily free allocation of 10,000 neurons',
    means: 'PROVIDER_QUOTA_EXHAUSTED',
    unstarted: true,
  },
  // Codes that nobody knows yet mean what their status means.
  { status: 429, code: 9999, message: 'Slow down', means: 'PROVIDER_RATE_LIMITED', retryable: true, unstarted: true },
  { status: 400, code: 9999, message: 'Something new', means: 'INVALID_REQUEST' },
  { status: 500, code: 9999, message: 'Internal', means: 'PROVIDER_UNAVAILABLE', retryable: true },
  { status: 503, code: 9999, message: 'Down', means: 'PROVIDER_UNAVAILABLE', retryable: true, unstarted: true },
  // The code comes as text in Cloudflare's own OpenAPI document.
  { status: 400, code: '5007', message: 'No such model', means: 'MODEL_RETIRED', unstarted: true },
];

describe('a failure', () => {
  test.each(rows)('$code with $status is $means: $message', async (row) => {
    const { means, retryable = false, unstarted = false, message } = row;
    const failure = await failureFor(row);
    expect(failure).toMatchObject({ code: means, retryable, unstarted, categories: [] });
    expect(failure.message).toContain(message);
  });

  test('loses the stutter before the words of the vendor', async () => {
    const failure = await failureFor({ status: 413, code: 3006, message: 'AiError: AiError: Request is too large' });
    expect(failure.message).toBe('Cloudflare does not take the request: Request is too large');
  });

  test('tells how long to stay away, where the vendor does', async () => {
    standin.interject(/\/ai\/run\//, (_, response) =>
      sendJson(response, 429, { errors: [{ code: 3040, message: 'Busy' }] }, { 'retry-after': '12' }),
    );
    expect(await fail(slug)).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryAfterSeconds: 12 });
  });

  test('may come with a 200', async () => {
    const refusal = { status: 200, code: 3030, message: 'AiError: Input prompt contains NSFW content' };
    expect(await failureFor(refusal)).toMatchObject({ code: 'CONTENT_REFUSED' });
    expect(await failureFor({ status: 200, code: 9999, message: '' })).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
  });

  test.each([
    { errors: [] },
    { errors: null },
    { errors: [{ code: null, message: null }] },
    { errors: ['5007'] },
    'No',
    null,
  ])('is known by its status where its body says nothing: %j', async (body) => {
    standin.interject(/\/ai\/run\//, (_, response) => sendJson(response, 500, body));
    expect(await fail(slug)).toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      message: 'Cloudflare failed with 500',
    });
  });
});

describe('a refusal', () => {
  test.each([
    { message: 'AiError: AiError: Input prompt contains NSFW content.', category: 'NSFW' },
    { message: 'AiError: Input image contains NSFW content.', category: 'NSFW' },
    { message: 'AiError: AiError: Output image contains NSFW content (6e843e5d).', category: 'NSFW' },
    { message: 'AiError: AiError: Your output has been flagged. Please choose another prompt', category: 'flagged' },
  ])('names its category: $message', async ({ message, category }) => {
    const failure = await failureFor({ status: 400, code: 3030, message });
    expect(failure).toMatchObject({ code: 'CONTENT_REFUSED', retryable: false, categories: [category] });
  });

  test('comes from the stand-in for a prompt that asks for it', async () => {
    const failure = await fail(slug, { prompt: 'Something nsfw' });
    expect(failure.message).toBe('Cloudflare refuses the content: Input prompt contains NSFW content.');
  });
});

describe('what is configured wrongly', () => {
  test('is told as a model that is gone', async () => {
    expect(await fail('cloudflare/gone')).toMatchObject({ code: 'MODEL_RETIRED' });
  });

  test('is told as an address that leads nowhere, encoded slashes among it', async () => {
    expect(await fail('cloudflare/encoded')).toMatchObject({ code: 'PROVIDER_MISCONFIGURED' });
  });

  test('is told as a request of the wrong shape', async () => {
    const failure = await fail('cloudflare/wrong-shape');
    expect(failure).toMatchObject({ code: 'INVALID_REQUEST' });
    expect(failure.message).toContain("required properties at '/' are 'multipart'");
  });

  const createProvider = openProviders();

  test.each([
    { what: 'key', settings: { apiKey: createSecret('another-key-altogether') } },
    { what: 'account', settings: { accountId: createSecret('another-account') } },
  ])('is told as a wrong $what, without showing it', async ({ settings }) => {
    const stranger = createProvider({ url: standin.url, ...settings });
    const failure = await failureOf(stranger.generate(toOrder(findModel(provider, slug))));
    expect(failure).toMatchObject({ code: 'PROVIDER_MISCONFIGURED', unstarted: true });
    expect(String(failure)).not.toContain('another');
  });
});

test('neither key nor account are ever shown', async () => {
  const message = `Could not route to /client/v4/accounts/${accountId}/ai/run with Bearer ${secret}`;
  standin.interject(/\/ai\/run\//, failWith({ status: 404, code: 7003, message }));
  const failure = await fail(slug);
  expect(failure.message).toContain('Could not route to /client/v4/accounts/');
  expect(failure.message).not.toContain(accountId);
  expect(failure.message).not.toContain(secret);
});
