import { expect, test } from 'vitest';
import { LeaveRunning } from '../../src/providers/leave-running.ts';
import type { PictureOrder, Provider, ProviderEvent } from '../../src/providers/provider.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { createScriptedProvider } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { collect, countUp, readRow, submit, waitForEnd } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { paintAll } from '../support/stage.ts';

/** Far longer than a test may take: what is handed over at once does not wait for it. */
const patient = { SHUTDOWN_SECONDS: 600 };

type Script = (order: PictureOrder) => AsyncIterable<ProviderEvent>;

/** Bills by the picture, and can be asked again about what it took. */
function createBilling(generate: Script, resume: NonNullable<Provider['resume']> = paintAll): Provider {
  return { ...createScriptedProvider(generate), repeatable: false, resume };
}

async function startBeside(api: Darkroom, provider: Provider, config: Darkroom['config'] | object = {}) {
  return startDarkroom({ role: 'worker', beside: api, providers: [provider], config });
}

test('a call that its provider works on is left to it at once, and followed by its id in another process', async () => {
  const hold = createHold();
  const reasons: unknown[] = [];
  const resumed: string[] = [];
  const provider = createBilling(
    async function* ({ signal }) {
      yield { type: 'accepted', providerRequestId: 'job-1' };
      await hold.wait(signal).finally(() => reasons.push(signal.reason));
    },
    (order, id) => {
      resumed.push(id);
      return paintAll(order);
    },
  );
  await using api = await startDarkroom({ role: 'api', providers: [provider] });
  const stopping = await startBeside(api, provider, patient);
  const id = await submit(api.client, { prompt: 'a long job', count: 2 });
  const following = collect(api.client.subscribe(follow, { id, afterSequence: 0 }));
  await hold.reached;
  await stopping[Symbol.asyncDispose]();
  expect(reasons).toEqual([expect.any(LeaveRunning)]);
  await using _next = await startBeside(api, provider);
  expect((await following).at(-1)).toMatchObject({ status: 'SUCCEEDED', imagesStored: 2 });
  expect(resumed).toEqual(['job-1']);
  const row = await readRow(api, id);
  expect(row?.attempts).toEqual([{ number: 1, outcome: 'SUCCEEDED', failure: null }]);
  expect(row?.sequences).toEqual(countUp(row?.lastSequence ?? 0));
  expect((await following).map(({ message }) => message)).toContain('Taken over from a worker that stopped.');
});

test('a call that nobody else can go on with ends while the process stops', async () => {
  const hold = createHold();
  const provider = createBilling(async function* (order) {
    await hold.wait(order.signal);
    yield* paintAll(order);
  });
  await using api = await startDarkroom({ role: 'api', providers: [provider] });
  const stopping = await startBeside(api, provider, patient);
  const id = await submit(api.client, { prompt: 'a short call' });
  const end = waitForEnd(api.client, follow, id);
  await hold.reached;
  stopping.app.retire();
  const late = await submit(api.client, { prompt: 'comes too late' });
  hold.release();
  expect(await end).toMatchObject({ status: 'SUCCEEDED' });
  await stopping[Symbol.asyncDispose]();
  expect(await readRow(api, id)).toMatchObject({ attempts: [{ outcome: 'SUCCEEDED' }] });
  expect(await readRow(api, late)).toMatchObject({ status: 'QUEUED' });
});

test('a call that does not end in time is let go, and is not made again', async () => {
  const hold = createHold();
  let calls = 0;
  const provider = createBilling(async function* (order) {
    calls += 1;
    await hold.wait(order.signal);
    yield* paintAll(order);
  });
  await using api = await startDarkroom({ role: 'api', providers: [provider] });
  const stopping = await startBeside(api, provider, { SHUTDOWN_SECONDS: 0 });
  const id = await submit(api.client, { prompt: 'a call without end' });
  await hold.reached;
  await stopping[Symbol.asyncDispose]();
  expect(await readRow(api, id)).toMatchObject({ status: 'RUNNING', attempts: [{ outcome: 'RUNNING' }] });
  await using _next = await startBeside(api, provider);
  expect(await waitForEnd(api.client, follow, id)).toMatchObject({ status: 'FAILED' });
  const row = await readRow(api, id);
  expect(row).toMatchObject({ attempts: [{ outcome: 'UNKNOWN' }] });
  expect(calls).toBe(1);
});

test('a call that waits to be made again is left to another process at once', async () => {
  let calls = 0;
  const refused = Promise.withResolvers<void>();
  const provider = createBilling(async function* (order) {
    calls += 1;
    if (calls === 1) {
      refused.resolve();
      const wait = { code: 'PROVIDER_RATE_LIMITED', retryable: true, unstarted: true, retryAfterSeconds: 500 } as const;
      throw new ProviderError('Too many requests.', wait);
    }
    yield* paintAll(order);
  });
  await using api = await startDarkroom({ role: 'api', providers: [provider] });
  const stopping = await startBeside(api, provider, patient);
  const id = await submit(api.client, { prompt: 'patience' });
  await refused.promise;
  await stopping[Symbol.asyncDispose]();
  await using _next = await startBeside(api, provider);
  expect(await waitForEnd(api.client, follow, id)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await readRow(api, id)).toMatchObject({ attempts: [{ outcome: 'FAILED' }, { outcome: 'SUCCEEDED' }] });
});
