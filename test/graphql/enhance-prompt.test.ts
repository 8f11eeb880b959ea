import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EnhancementWish, PromptEnhancer } from '../../src/prompts/prompt-enhancer.ts';
import { ProviderError, type ProviderErrorOptions } from '../../src/providers/provider-error.ts';
import { createBlankProvider, createScriptedProvider } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { createHold } from '../support/hold.ts';
import { bareModel, studioModel } from './models.ts';
import { countStoredRows } from './stored-rows.ts';

const wishes: EnhancementWish[] = [];
let enhance: PromptEnhancer['enhance'];
const enhancer: PromptEnhancer = {
  provider: 'test',
  writtenBy: 'test/writer',
  enhance: (wish) => {
    wishes.push(wish);
    return enhance(wish);
  },
};
const paintNothing = async function* () {};
const offProvider = { ...createScriptedProvider(paintNothing, studioModel), offReason: 'Set STUDIO_API_KEY.' };
const providers = [createBlankProvider(), offProvider, createScriptedProvider(paintNothing, bareModel)];

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers, enhancer });
});
afterAll(() => darkroom[Symbol.asyncDispose]());
beforeEach(() => {
  wishes.length = 0;
  enhance = async ({ prompt }) => ({ text: `${prompt}, at dawn`, costUsd: '0.002' });
});

const document = /* GraphQL */ `
  mutation Enhance($input: EnhancePromptInput!) {
    enhancePrompt(input: $input) {
      __typename
      ... on EnhancePromptSuccess { prompt { text source writtenBy createdAt } }
      ... on UserError { message }
      ... on InvalidInput { issues { path message } }
      ... on UnknownModel { available { slug } }
      ... on ContentRefused { categories }
      ... on ModelUnavailable { retryAfterSeconds }
    }
  }
`;

async function ask(input: object) {
  const { enhancePrompt } = await darkroom.client.query(document, { input: { prompt: 'a lake', ...input } });
  return enhancePrompt;
}

function fail(message: string, options: ProviderErrorOptions): PromptEnhancer['enhance'] {
  return () => Promise.reject(new ProviderError(message, options));
}

test('a better wording is answered with who wrote it and when, and kept nowhere', async () => {
  const [rows, from] = [await countStoredRows(darkroom), Date.now()];
  const { __typename, prompt } = await ask({});
  expect(__typename).toBe('EnhancePromptSuccess');
  expect(prompt).toMatchObject({ text: 'a lake, at dawn', source: 'ENHANCER', writtenBy: 'test/writer' });
  expect(Date.parse(prompt.createdAt)).toBeGreaterThanOrEqual(from);
  expect(Date.parse(prompt.createdAt)).toBeLessThanOrEqual(Date.now());
  expect(await countStoredRows(darkroom)).toEqual(rows);
});

test('it is written for the model that is named, else for the default one', async () => {
  await ask({});
  await ask({ model: null });
  await ask({ model: 'bare/bare' });
  expect(wishes.map(({ prompt, model }) => [prompt, model.slug])).toEqual([
    ['a lake', 'blank/blank'],
    ['a lake', 'blank/blank'],
    ['a lake', 'bare/bare'],
  ]);
});

test('a model that is off can be written for', async () => {
  expect(await ask({ model: studioModel.slug })).toMatchObject({ __typename: 'EnhancePromptSuccess' });
});

test('an unknown model is answered with those that there are', async () => {
  const answer = await ask({ model: 'no/such' });
  expect(answer).toEqual({
    __typename: 'UnknownModel',
    message: 'There is no model “no/such”.',
    available: [{ slug: 'blank/blank' }, { slug: 'studio/studio' }, { slug: 'bare/bare' }],
  });
  expect(wishes).toEqual([]);
});

test.each([
  ['an empty prompt', ' \n', 'The prompt is empty.'],
  ['a prompt of 10,001 emoji', '🐈'.repeat(10_001), 'At most 10000 characters are taken here.'],
  ['a NUL', 'a \0 lake', 'The text holds a NUL character.'],
  ['half a character', 'a \ud83d lake', 'The text holds half of a surrogate pair, which is no character.'],
])('%s is refused as generateImage refuses it, and nobody is asked', async (_, prompt, message) => {
  const answer = await ask({ prompt });
  expect(answer).toEqual({ __typename: 'InvalidInput', message, issues: [{ path: ['input', 'prompt'], message }] });
  expect(wishes).toEqual([]);
});

test('a prompt of 10,000 characters is taken', async () => {
  expect(await ask({ prompt: '🐈'.repeat(10_000) })).toMatchObject({ __typename: 'EnhancePromptSuccess' });
});

test('a refusal is answered with its categories', async () => {
  const options = { code: 'CONTENT_REFUSED', retryable: false, categories: ['violence'] } as const;
  enhance = fail('The writer refused the prompt (violence).', options);
  expect(await ask({})).toEqual({
    __typename: 'ContentRefused',
    message: 'The writer refused the prompt (violence).',
    categories: ['violence'],
  });
});

test('an enhancer that is down is answered as unavailable, with when it may work again', async () => {
  enhance = fail('The writer is busy.', { code: 'PROVIDER_RATE_LIMITED', retryable: true, retryAfterSeconds: 2.3 });
  expect(await ask({})).toEqual({
    __typename: 'ModelUnavailable',
    message: 'The writer is busy.',
    retryAfterSeconds: 3,
  });
  enhance = fail('The writer is away.', { code: 'PROVIDER_UNAVAILABLE', retryable: true });
  expect(await ask({})).toEqual({
    __typename: 'ModelUnavailable',
    message: 'The writer is away.',
    retryAfterSeconds: null,
  });
});

test('what nobody expected is masked, and a mutation before it keeps its answer', async () => {
  const both = /* GraphQL */ `
    mutation {
      first: enhancePrompt(input: { prompt: "a lake" }) { __typename }
      second: enhancePrompt(input: { prompt: "a bug" }) { __typename }
    }
  `;
  const usual = enhance;
  enhance = (wish) => (wish.prompt === 'a bug' ? Promise.reject(new TypeError('secret')) : usual(wish));
  const { data, errors } = await darkroom.client.ask(both);
  expect(data).toEqual({ first: { __typename: 'EnhancePromptSuccess' }, second: null });
  expect(errors).toMatchObject([{ message: 'Unexpected error.', path: ['second'] }]);
});

test('an enhancer stops when the client has left', async () => {
  const hold = createHold();
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  enhance = async ({ signal }) => {
    await hold.wait(signal).catch(resolve);
    signal.throwIfAborted();
    return { text: 'nobody reads this', costUsd: null };
  };
  const abort = new AbortController();
  const { url, headers } = darkroom.client;
  const answer = fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ query: document, variables: { input: { prompt: 'a lake' } } }),
    signal: abort.signal,
  }).catch(() => 'left');
  await hold.reached;
  abort.abort();
  expect(await answer).toBe('left');
  await stopped;
});

test('without a key the rules answer', async () => {
  await using usual = await startDarkroom();
  const { enhancePrompt } = await usual.client.query(document, { input: { prompt: 'a lake' } });
  expect(enhancePrompt.prompt).toMatchObject({ source: 'ENHANCER', writtenBy: 'builtin/rules' });
  expect(enhancePrompt.prompt.text).toMatch(/^a lake, \w/);
});
