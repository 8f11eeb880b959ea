import { afterEach, expect, test, vi } from 'vitest';
import { enhancePrompt } from '../../src/prompts/enhance-prompt.ts';
import type { PromptEnhancer } from '../../src/prompts/prompt-enhancer.ts';
import { createCatalogue } from '../../src/providers/catalogue.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { createBlankProvider } from '../support/blank-provider.ts';
import { createHold } from '../support/hold.ts';
import { failureOf, toWish } from './enhancer-contract.ts';

afterEach(() => void vi.useRealTimers());

const catalogue = createCatalogue([createBlankProvider()], 'blank/blank');

function start(enhance: PromptEnhancer['enhance'], signal = toWish().signal) {
  const enhancer = { provider: 'test', writtenBy: 'test', enhance };
  return enhancePrompt({ enhancer, catalogue }, { prompt: 'a cat', model: null, signal });
}

test('an enhancer has ten seconds, is then told to stop, and leaves no timer behind', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const hold = createHold();
  let stopped = false;
  const failure = failureOf(
    start(async ({ signal }) => {
      await hold.wait(signal).catch(() => {
        stopped = true;
      });
      signal.throwIfAborted();
      return { text: 'too late', costUsd: null };
    }),
  );
  await hold.reached;
  await vi.advanceTimersByTimeAsync(9_999);
  expect(stopped).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(await failure).toMatchObject({ message: 'No better wording came within 10 seconds.' });
  expect(stopped).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('one that answers in time leaves no timer behind', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  expect(await start(async () => ({ text: 'a big cat', costUsd: null }))).toMatchObject({ text: 'a big cat' });
  expect(vi.getTimerCount()).toBe(0);
});

test('who stops it gets the reason back, whatever the enhancer makes of it', async () => {
  const abort = new AbortController();
  const hold = createHold();
  const failure = failureOf(
    start(async ({ signal }) => {
      await hold.wait(signal).catch(() => undefined);
      throw new ProviderError('Stopped.', { code: 'PROVIDER_UNAVAILABLE', retryable: true });
    }, abort.signal),
  );
  await hold.reached;
  const reason = new Error('Enough of it.');
  abort.abort(reason);
  expect(await failure).toBe(reason);
});

test('an error that nobody expected stays one', async () => {
  const bug = new TypeError('A bug.');
  expect(await failureOf(start(() => Promise.reject(bug)))).toBe(bug);
});
