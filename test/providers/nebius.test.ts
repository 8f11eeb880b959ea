import { afterAll, expect, test } from 'vitest';
import type { ProviderError } from '../../src/providers/provider-error.ts';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, failureOf, findModel } from '../support/orders.ts';
import { startOpenAIStandin } from '../support/standins/openai.ts';
import { type Answer, sendJson, sendText } from '../support/standins/standin.ts';
import { bodyOf, nebius, openConnection, openStage } from './openai-fixtures.ts';
import { describeProvider, secret } from './provider-contract.ts';

const slug = 'nebius/flux-schnell';
const connection = openConnection();
afterAll(() => connection[Symbol.asyncDispose]());

describeProvider('Nebius', {
  startStandin: () => startOpenAIStandin({ dialect: 'nebius' }),
  createProvider: (at) => connection.connect(nebius, at),
  findModel: (provider) => findModel(provider, slug),
  submitPath: /images\/generations$/,
  hasKey: true,
});

async function failWith(answer: Answer): Promise<ProviderError> {
  await using stage = await openStage(nebius);
  stage.standin.interject(/images/, answer);
  return (await failureOf(stage.generate(slug))) as ProviderError;
}

test('a simple request says no more than it must', async () => {
  await using stage = await openStage(nebius);
  const events = await Array.fromAsync(stage.generate(slug));
  expect(events).toMatchObject([{ type: 'picture', position: 0, seed: 7 }]);
  const [request] = stage.standin.received;
  expect(request).toMatchObject({ path: '/v1/images/generations', headers: { authorization: `Bearer ${secret}` } });
  expect(bodyOf(request)).toEqual({
    model: 'black-forest-labs/flux-schnell',
    prompt: 'A grey lake',
    width: 1024,
    height: 1024,
    seed: 7,
    response_extension: 'webp',
    response_format: 'b64_json',
  });
});

test('a full request carries every option', async () => {
  await using stage = await openStage(nebius);
  const numbers = { width: 768, height: 512, steps: 30, guidanceScale: 7.5 };
  await Array.fromAsync(stage.generate('nebius/sdxl', { ...numbers, negativePrompt: 'boats', outputFormat: 'JPEG' }));
  expect(bodyOf(stage.standin.received[0])).toEqual({
    model: 'stability-ai/sdxl',
    prompt: 'A grey lake',
    width: 768,
    height: 512,
    num_inference_steps: 30,
    negative_prompt: 'boats',
    seed: 7,
    guidance_scale: 7.5,
    response_extension: 'jpg',
    response_format: 'b64_json',
  });
});

test('a picture behind a URL is fetched', async () => {
  await using stage = await openStage(nebius);
  const url = `${stage.standin.url}/pictures/1.webp`;
  stage.standin.interject(/images/, (_, response) => sendJson(response, 200, { data: [{ url }], id: 'img-1' }));
  const [made] = eventsOf(await Array.fromAsync(stage.generate(slug)), 'picture');
  expect(Buffer.from(made?.bytes ?? [])).toEqual(await blankPicture(64, 64));
});

test('what is wrong with a request is told field by field', async () => {
  await using stage = await openStage(nebius);
  const failure = await failureOf(stage.generate(slug, { width: 4096, steps: 100 }));
  expect(failure).toMatchObject({ code: 'INVALID_REQUEST', retryable: false });
  expect(failure).toMatchObject({ message: expect.stringMatching(/ width: .+; num_inference_steps: /) });
});

test('the complaint that is documented is told as it is', async () => {
  const detail = [
    {
      loc: ['body', 'width'],
      msg: 'Input should be less than or equal to 2048',
      type: 'less_than_equal',
    },
  ];
  const failure = await failWith((_, response) => sendJson(response, 422, { detail }));
  expect(failure.message).toBe('Nebius does not take the request: width: Input should be less than or equal to 2048');
});

test.each([
  ['a path inside of a list', { detail: [{ loc: ['body', 'loras', 0, 'url'], msg: 'Bad' }] }, 'loras.0.url: Bad'],
  ['no place', { detail: [{ msg: 'Bad' }] }, 'Bad'],
  ['one sentence', { detail: 'Bad' }, 'Bad'],
  ['a message under `error`', { error: { message: 'Bad' } }, 'Bad'],
  ['a text under `error`', { error: 'Bad' }, 'Bad'],
  ['a message alone', { message: 'Bad', code: 17 }, 'Bad'],
])('a complaint that has %s is understood', async (_, body, words) => {
  const failure = await failWith((_, response) => sendJson(response, 400, body));
  expect(failure.message).toBe(`Nebius does not take the request: ${words}`);
});

test.each([
  ['plain words', 'Bad gateway weather', ': Bad gateway weather'],
  ['a page', '<!doctype html><h1>Bad</h1>', ''],
  ['JSON that says nothing', '{"detail":[7]}', ''],
  ['JSON that is cut off', '{"detail":"Ba', ''],
  ['nothing', '', ''],
])('a complaint that is %s says as much as it can', async (_, body, words) => {
  const failure = await failWith((_, response) => sendText(response, 400, body));
  expect(failure.message).toBe(`Nebius does not take the request${words}`);
});

test.each([
  [401, 'PROVIDER_MISCONFIGURED', false],
  [403, 'PROVIDER_MISCONFIGURED', false],
  [404, 'MODEL_RETIRED', false],
  [422, 'INVALID_REQUEST', false],
  [429, 'PROVIDER_RATE_LIMITED', true],
  [500, 'PROVIDER_UNAVAILABLE', true],
  [503, 'PROVIDER_UNAVAILABLE', true],
])('%i is %s', async (status, code, retryable) => {
  const failure = await failWith((_, response) => sendJson(response, status, { detail: 'So it is.' }));
  expect(failure).toMatchObject({ code, retryable });
});

test('a model that was withdrawn is named as retired', async () => {
  await using stage = await openStage(nebius, { [slug]: { vendorModel: 'gone/flux' } });
  expect(await failureOf(stage.generate(slug))).toMatchObject({ code: 'MODEL_RETIRED', retryable: false });
});
