import { expect, test, vi } from 'vitest';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { toModel } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow, generate } from '../support/documents.ts';
import { submit, waitForEnd } from '../support/generations.ts';
import { createStage, type Script } from '../support/stage.ts';

const models = '{ models { slug available unavailableReason } }';

function readModels({ client }: Darkroom) {
  return client.query(models).then((data) => data.models);
}

function fail(code: 'PROVIDER_UNAVAILABLE' | 'PROVIDER_MISCONFIGURED', message: string): Script {
  return async function* () {
    yield* [];
    throw new ProviderError(message, { code, retryable: false });
  };
}

/** An api and a worker as two processes would be, on one database. */
async function startPair(stack: AsyncDisposableStack) {
  const stage = createStage(toModel('weak/model'));
  const steady = createStage(toModel('steady/model'));
  const providers = [stage.provider, steady.provider];
  const api = stack.use(await startDarkroom({ role: 'api', providers }));
  stack.use(await startDarkroom({ role: 'worker', beside: api, providers }));
  return { api, stage };
}

async function run({ client }: Darkroom, prompt: string): Promise<void> {
  await waitForEnd(client, follow, await submit(client, { prompt, model: 'weak/model' }));
}

test('a provider that failed five times in a row is left alone, and every process says so', async () => {
  await using stack = new AsyncDisposableStack();
  const { api, stage } = await startPair(stack);
  const prompt = stage.prompt(fail('PROVIDER_UNAVAILABLE', 'Nobody answers.'));
  for (let times = 0; times < 5; times += 1) await run(api, prompt);
  const unavailableReason = 'weak failed 5 times in a row and is left alone for a while.';
  await vi.waitFor(
    async () =>
      expect(await readModels(api)).toEqual([
        { slug: 'weak/model', available: false, unavailableReason },
        { slug: 'steady/model', available: true, unavailableReason: null },
      ]),
    { timeout: 10_000, interval: 200 },
  );
  const { generateImage } = await api.client.query(generate, { input: { prompt: 'a cat', model: 'weak/model' } });
  expect(generateImage).toMatchObject({ __typename: 'ModelUnavailable', message: unavailableReason });
});

test('four failures and a success leave a provider as it is', async () => {
  await using stack = new AsyncDisposableStack();
  const { api, stage } = await startPair(stack);
  const prompt = stage.prompt(fail('PROVIDER_UNAVAILABLE', 'Nobody answers.'));
  for (let times = 0; times < 4; times += 1) await run(api, prompt);
  await run(api, 'a cat');
  await run(api, prompt);
  expect(await readModels(api)).toContainEqual({ slug: 'weak/model', available: true, unavailableReason: null });
});

test('a key that is refused makes the models unavailable in the words of the provider', async () => {
  await using stack = new AsyncDisposableStack();
  const { api, stage } = await startPair(stack);
  await run(api, stage.prompt(fail('PROVIDER_MISCONFIGURED', 'Weak refuses our key.')));
  await vi.waitFor(
    async () =>
      expect(await readModels(api)).toContainEqual({
        slug: 'weak/model',
        available: false,
        unavailableReason: 'Weak refuses our key.',
      }),
    { timeout: 10_000, interval: 200 },
  );
});

test('a worker that starts anew tries a key that was refused before', async () => {
  await using stack = new AsyncDisposableStack();
  const { api, stage } = await startPair(stack);
  await run(api, stage.prompt(fail('PROVIDER_MISCONFIGURED', 'Weak refuses our key.')));
  const isAvailable = async () =>
    (await readModels(api)).find(({ slug }: { slug: string }) => slug === 'weak/model').available;
  await vi.waitFor(async () => expect(await isAvailable()).toBe(false), { timeout: 10_000, interval: 200 });
  stack.use(await startDarkroom({ role: 'worker', beside: api, providers: [stage.provider] }));
  await vi.waitFor(async () => expect(await isAvailable()).toBe(true), { timeout: 10_000, interval: 200 });
});
