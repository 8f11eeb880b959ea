import { expect, test } from 'vitest';
import { createSecret } from '../../src/domain/secret.ts';
import { createDiscreetProvider } from '../../src/providers/discreet-provider.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { blankPicture, createScriptedProvider } from '../support/blank-provider.ts';
import { findModel, toOrder } from '../support/orders.ts';

const key = 'opal-7781-canary';

async function failureOf(error: Error): Promise<unknown> {
  // biome-ignore lint/correctness/useYield: it fails before it makes anything
  const provider = createScriptedProvider(async function* () {
    throw error;
  });
  const discreet = createDiscreetProvider(provider, [createSecret(key)]);
  const [{ slug = '' } = {}] = discreet.models;
  return Array.fromAsync(discreet.generate(toOrder(findModel(discreet, slug)))).catch((failure: unknown) => failure);
}

test('a failure keeps all that it says, secrets apart', async () => {
  const told = { code: 'PROVIDER_RATE_LIMITED', retryable: true, unstarted: true, retryAfterSeconds: 7 } as const;
  const failure = await failureOf(new ProviderError(`No ${key}.`, { ...told, categories: [`for ${key}`] }));
  expect(failure).toBeInstanceOf(ProviderError);
  expect(failure).toMatchObject({ ...told, message: 'No [secret].', categories: ['for [secret]'], cutOff: false });
});

test('what is no failure of a provider is passed on as it is', async () => {
  const error = new Error('Left.');
  expect(await failureOf(error)).toBe(error);
});

test('a text and a wording keep all that they say, our secrets apart', async () => {
  const bytes = await blankPicture(8, 8);
  const picture = { type: 'picture', position: 0, bytes, seed: 1 } as const;
  const provider = createScriptedProvider(async function* () {
    yield { type: 'text', text: `I was asked with ${key}, for key lighting.` };
    yield { ...picture, revisedPrompt: `Basic perspective, with ${btoa(key)}` };
    yield picture;
  });
  const discreet = createDiscreetProvider(provider, [createSecret(key)]);
  const [{ slug = '' } = {}] = discreet.models;
  expect(await Array.fromAsync(discreet.generate(toOrder(findModel(discreet, slug))))).toEqual([
    { type: 'text', text: 'I was asked with [secret], for key lighting.' },
    { ...picture, revisedPrompt: expect.stringMatching(/^Basic perspective, with \[secret\]=*$/) },
    picture,
  ]);
});
