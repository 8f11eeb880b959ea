import { describe, expect, test } from 'vitest';
import { failureOf, findModel, toOrder } from '../support/orders.ts';
import { openCloudflare, openProviders, startStandin } from './cloudflare-setup.ts';
import { describeProvider } from './provider-contract.ts';

const createProvider = openProviders();

for (const slug of ['cloudflare/flux-1-schnell', 'cloudflare/flux-2-dev', 'cloudflare/phoenix-1.0']) {
  describeProvider(slug, {
    startStandin,
    createProvider,
    findModel: (provider) => findModel(provider, slug),
    submitPath: /\/ai\/run\//,
    hasKey: true,
  });
}

describe('cloudflare', async () => {
  const { provider, standin, generate, lastRequest } = await openCloudflare();

  test('is on when it has an account and a key', () => {
    expect(provider.offReason).toBeNull();
  });

  test.each([
    { missing: { accountId: undefined }, reason: 'Set CLOUDFLARE_ID.' },
    { missing: { apiKey: undefined }, reason: 'Set CLOUDFLARE_API_KEY.' },
    { missing: { accountId: undefined, apiKey: undefined }, reason: 'Set CLOUDFLARE_ID and CLOUDFLARE_API_KEY.' },
  ])('is off without them: $reason', ({ missing, reason }) => {
    expect(createProvider({ url: standin.url, ...missing }).offReason).toBe(reason);
  });

  test('keeps the slashes of a model in its path, and names the account', async () => {
    await generate('cloudflare/flux-1-schnell');
    const { path, method, headers } = lastRequest();
    expect(`${method} ${path}`).toBe(
      'POST /client/v4/accounts/023e105f4ecef8ad9ca31a8372d0c353/ai/run/@cf/black-forest-labs/flux-1-schnell',
    );
    expect(headers.authorization).toBe('Bearer secret-key-of-the-tests');
  });

  test('makes each picture of an order by a call of its own', async () => {
    const before = standin.received.length;
    const events = await generate('cloudflare/lucid-origin', {
      width: 64,
      height: 64,
      pictures: [
        { position: 1, seed: 11 },
        { position: 0, seed: 10 },
      ],
    });
    expect(events).toMatchObject([
      { type: 'picture', position: 1, seed: 11 },
      { type: 'picture', position: 0, seed: 10 },
    ]);
    const seeds = standin.received.slice(before).map(({ body }) => JSON.parse(body.toString()).seed);
    expect(seeds).toEqual([11, 10]);
  });

  test('hangs up as soon as it is stopped', async () => {
    const abort = new AbortController();
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    standin.interject(/\/ai\/run\//, async (request) => {
      reach();
      await request.left;
      leave();
    });
    const model = findModel(provider, 'cloudflare/flux-1-schnell');
    const failure = failureOf(provider.generate(toOrder(model, { signal: abort.signal })));
    await reached;
    const reason = new Error('Enough of it.');
    abort.abort(reason);
    expect(await failure).toBe(reason);
    await left;
  });

  test('tells nothing of its progress, because Cloudflare does not', async () => {
    const events = await generate('cloudflare/flux-1-schnell');
    expect(events.map(({ type }) => type)).toEqual(['picture']);
  });
});
