import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProviderError, type ProviderErrorOptions } from '../../src/providers/provider-error.ts';
import { toModel } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow, generate } from '../support/documents.ts';
import { collect, submit, typesOf } from '../support/generations.ts';
import { createStage, paintAll, type Script } from '../support/stage.ts';

const first = createStage(toModel('first/model', { seed: { max: 99 } }));
const second = createStage(toModel('second/model', { steps: null }));
const off = createStage(toModel('off/model'));
const offProvider = { ...off.provider, offReason: 'Set OFF_API_KEY.' };

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [first.provider, second.provider, offProvider] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const asked = /* GraphQL */ `
  query ($id: ID!) {
    generation(id: $id) {
      status requestedModel modelSlug provider costUsd options { steps seed } warnings { option message }
      failure { code message retryable }
      attempts { number provider outcome failure { code } }
    }
  }
`;

function fail(options: ProviderErrorOptions): Script {
  return async function* () {
    yield* [];
    throw new ProviderError('The first is busy.', options);
  };
}

async function perform(script: Script, input: object = {}) {
  const request = { prompt: first.prompt(script), model: 'first/model', ...input };
  const id = await submit(darkroom.client, request);
  const snapshots = await collect(darkroom.client.subscribe(follow, { id, afterSequence: 0 }));
  const { generation } = await darkroom.client.query(asked, { id });
  return { generation, types: typesOf(snapshots), snapshots };
}

const limited = { code: 'PROVIDER_RATE_LIMITED', retryable: true, unstarted: true } as const;

test('a model that is rate-limited for longer than anybody waits falls back to the next', async () => {
  const fallbackModels = ['off/model', 'second/model'];
  const { generation, types } = await perform(fail({ ...limited, retryAfterSeconds: 3_600 }), {
    fallbackModels,
    seed: '7',
  });
  expect(generation).toMatchObject({
    status: 'SUCCEEDED',
    requestedModel: 'first/model',
    modelSlug: 'second/model',
    provider: 'second',
    options: { steps: null, seed: '7' },
    failure: null,
    attempts: [
      { number: 1, provider: 'first', outcome: 'FAILED', failure: { code: 'PROVIDER_RATE_LIMITED' } },
      { number: 2, provider: 'second', outcome: 'SUCCEEDED' },
    ],
  });
  expect(generation.warnings).toEqual([
    { option: 'model', message: 'The first is busy. Falling back to second/model.' },
  ]);
  expect(types).toContain('FALLING_BACK');
});

test.each([
  ['PROVIDER_QUOTA_EXHAUSTED', false],
  ['MODEL_RETIRED', false],
] as const)('%s falls back at once', async (code, retryable) => {
  const { generation } = await perform(fail({ code, retryable, unstarted: true }), {
    fallbackModels: ['second/model'],
  });
  expect(generation).toMatchObject({ status: 'SUCCEEDED', modelSlug: 'second/model' });
});

test.each([
  ['a refusal', { code: 'CONTENT_REFUSED', retryable: false, unstarted: true }],
  ['a bad request', { code: 'INVALID_REQUEST', retryable: false, unstarted: true }],
  ['a call that may have been paid', { code: 'PROVIDER_UNAVAILABLE', retryable: true }],
] as const)('%s never falls back, and is not made again', async (_, options) => {
  const { generation, types } = await perform(fail(options), { fallbackModels: ['second/model'] });
  expect(generation).toMatchObject({ status: 'FAILED', modelSlug: 'first/model', failure: { code: options.code } });
  expect(generation.attempts).toHaveLength(1);
  expect(types).not.toContain('RETRYING');
});

test('a call that certainly did not start is made again after as long as the provider says', async () => {
  let tries = 0;
  const { generation, types, snapshots } = await perform(async function* (order) {
    tries += 1;
    if (tries === 1) throw new ProviderError('The first is busy.', { ...limited, retryAfterSeconds: 0.2 });
    yield* paintAll(order);
  });
  expect(generation).toMatchObject({
    status: 'SUCCEEDED',
    attempts: [{ outcome: 'FAILED' }, { number: 2, outcome: 'SUCCEEDED' }],
  });
  expect(types).toContain('RETRYING');
  expect(snapshots.map(({ message }) => message)).toContain('The first is busy. Tried again in 1 s.');
});

test('a cancel does not wait for a rate limit', async () => {
  const id = await submit(darkroom.client, {
    prompt: first.prompt(fail({ ...limited, retryAfterSeconds: 300 })),
    model: 'first/model',
  });
  for await (const { data } of darkroom.client.subscribe(follow, { id, afterSequence: 0 })) {
    if (data.generationProgress.event?.type === 'RETRYING') break;
  }
  const from = performance.now();
  await darkroom.client.query('mutation ($id: ID!) { cancelGeneration(id: $id) { __typename } }', { id });
  const last = (await collect(darkroom.client.subscribe(follow, { id }))).at(-1);
  expect(last).toMatchObject({ status: 'CANCELLED' });
  expect(performance.now() - from).toBeLessThan(2_000);
});

test('a model that is off is refused with what to set, and falls back when it is accepted', async () => {
  const input = { prompt: 'a cat', model: 'off/model' };
  const refused = await darkroom.client.query(generate, { input });
  expect(refused.generateImage).toMatchObject({ __typename: 'ModelUnavailable', message: 'Set OFF_API_KEY.' });
  const accepted = await submit(darkroom.client, { ...input, fallbackModels: ['second/model'] });
  await collect(darkroom.client.subscribe(follow, { id: accepted }));
  const { generation } = await darkroom.client.query(asked, { id: accepted });
  expect(generation).toMatchObject({ requestedModel: 'off/model', modelSlug: 'second/model', status: 'SUCCEEDED' });
});

test('an unknown fallback model is refused as an unknown model', async () => {
  const input = { prompt: 'a cat', fallbackModels: ['nobody/nothing'] };
  const { generateImage } = await darkroom.client.query(generate, { input });
  expect(generateImage).toMatchObject({ __typename: 'UnknownModel', message: 'There is no model “nobody/nothing”.' });
});
