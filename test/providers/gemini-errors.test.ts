import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSecret } from '../../src/domain/secret.ts';
import { failureOf, findModel, toOrder } from '../support/orders.ts';
import {
  type GeminiStage,
  recordedBadLevel,
  recordedRateLimit,
  startGemini,
  toQuotaFailure,
} from './gemini-fixtures.ts';
import { secret } from './provider-contract.ts';

let stage: GeminiStage;

beforeAll(async () => {
  stage = await startGemini();
});
afterAll(() => stage[Symbol.asyncDispose]());

function failureFrom(status: number, body: object, headers: Record<string, string> = {}): Promise<unknown> {
  stage.answerWith(body, status, headers);
  return failureOf(stage.generate());
}

function toError(code: number, status: string, message: string, ...details: readonly object[]) {
  return { error: { code, message, status, details } };
}

const keyInvalid = {
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason: 'API_KEY_INVALID',
  domain: 'googleapis.com',
};

const pointless = { retryable: false, unstarted: true };
const wrong = { retryable: false, unstarted: false };
const free = { retryable: true, unstarted: true };
const maybePaid = { retryable: true, unstarted: false };

test.each([
  {
    ...toError(400, 'INVALID_ARGUMENT', 'API key not valid.', keyInvalid),
    code: 'PROVIDER_MISCONFIGURED',
    ...pointless,
  },
  { ...recordedBadLevel, code: 'INVALID_REQUEST', ...wrong },
  {
    ...toError(400, 'FAILED_PRECONDITION', 'Location is not supported.'),
    code: 'PROVIDER_MISCONFIGURED',
    ...pointless,
  },
  { ...toError(403, 'PERMISSION_DENIED', 'Denied.'), code: 'PROVIDER_MISCONFIGURED', ...pointless },
  { ...toError(404, 'NOT_FOUND', 'models/x is not found.'), code: 'MODEL_RETIRED', ...pointless },
  { ...toError(413, 'INVALID_ARGUMENT', 'Too large.'), code: 'INVALID_REQUEST', ...wrong },
  { ...recordedRateLimit, code: 'PROVIDER_RATE_LIMITED', ...free },
  { ...toError(500, 'INTERNAL', 'An internal error has occurred.'), code: 'PROVIDER_UNAVAILABLE', ...maybePaid },
  { ...toError(503, 'UNAVAILABLE', 'The model is overloaded.'), code: 'PROVIDER_UNAVAILABLE', ...free },
  { ...toError(504, 'DEADLINE_EXCEEDED', 'Deadline expired.'), code: 'PROVIDER_UNAVAILABLE', ...maybePaid },
])('$error.code with “$error.message” is $code', async ({ error, ...expected }) => {
  const failure = await failureFrom(error.code, { error });
  expect(failure).toMatchObject(expected);
  expect(failure).toHaveProperty('message', expect.stringContaining(error.message));
});

test('the delay is read where Google tells it', async () => {
  expect(await failureFrom(429, recordedRateLimit)).toMatchObject({ retryAfterSeconds: 34.4 });
  expect(await failureFrom(429, recordedRateLimit, { 'retry-after': '7' })).toMatchObject({ retryAfterSeconds: 34.4 });
});

test.each([
  ['for today', { quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier', quotaValue: '20' }],
  ['of nothing', { quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier', quotaValue: '0' }],
])('a quota %s that is used up is not worth another try', async (_, violation) => {
  const perMinute = { quotaId: 'GenerateContentInputTokensPerModelPerMinute-FreeTier' };
  const details = [toQuotaFailure(perMinute, violation), { '@type': 'RetryInfo', retryDelay: '58s' }];
  const failure = await failureFrom(429, toError(429, 'RESOURCE_EXHAUSTED', 'You exceeded it.', ...details));
  expect(failure).toMatchObject({ code: 'PROVIDER_QUOTA_EXHAUSTED', retryable: false, unstarted: true });
});

test.each([
  ['words only', { error: 'quota' }],
  ['details of another kind', { error: { message: 'quota', details: [null, 7] } }],
  ['a delay of another kind', { error: { details: [{ retryDelay: 34 }, { retryDelay: 'soon' }] } }],
])('an error with %s is still read by its status', async (_, body) => {
  const failure = await failureFrom(429, body);
  expect(failure).toMatchObject({ code: 'PROVIDER_RATE_LIMITED', retryAfterSeconds: undefined });
});

test('a key that the vendor does not know is named as the cause, and not shown', async () => {
  const provider = stage.createProvider({ apiKey: createSecret('AIzaSyD-another-key-of-the-tests') });
  const failure = await failureOf(provider.generate(toOrder(findModel(provider, 'gemini/3-pro-image'))));
  expect(failure).toMatchObject({ code: 'PROVIDER_MISCONFIGURED', unstarted: true });
  expect(`${failure}`).not.toContain('AIza');
});

test('an error that repeats the key does not spread it', async () => {
  const failure = await failureFrom(400, toError(400, 'INVALID_ARGUMENT', `Key ${secret} is restricted.`));
  expect(`${failure}`).toContain('is restricted');
  expect(`${failure}`).not.toContain(secret);
});

test('a model that Google has shut down is retired', async () => {
  const changes = { 'gemini/old': { name: 'Old', vendorModel: 'gemini-2.5-flash-image' } };
  const provider = stage.createProvider({ changes });
  const order = toOrder(findModel(provider, 'gemini/old'), { aspectRatio: '1:1' });
  expect(await failureOf(provider.generate(order))).toMatchObject({ code: 'MODEL_RETIRED', retryable: false });
});

test('a redirect is not followed, and takes the key nowhere', async () => {
  const before = stage.standin.received.length;
  const failure = await failureFrom(302, {}, { location: `${stage.standin.url}/elsewhere` });
  expect(failure).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
  expect(stage.standin.received.length - before).toBe(1);
});
