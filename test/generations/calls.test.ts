import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { toModel } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { expectOrder, type Progress, submit, toProgress, waitForEnd } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { createStage, paint, paintAll, type Script, step } from '../support/stage.ts';

// Makes one picture at a time.
const stage = createStage(toModel('single/single', { picturesPerCall: 1 }));
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const asked = /* GraphQL */ `
  query ($id: ID!) {
    generation(id: $id) {
      status text costUsd effectivePrompt warnings { option message }
      prompts { text source writtenBy }
      images { seed revisedPrompt { text source writtenBy } }
      attempts { number outcome costUsd delayMilliseconds executionMilliseconds providerRequestId failure { code } }
    }
  }
`;

async function perform(script: Script, input: object = {}) {
  const id = await submit(darkroom.client, { prompt: stage.prompt(script), ...input });
  await waitForEnd(darkroom.client, follow, id);
  const { generation } = await darkroom.client.query(asked, { id });
  return generation;
}

test('more pictures than a call makes are made by calls that run together, each an attempt of its own', async () => {
  const holds = [createHold(), createHold(), createHold()];
  const script: Script = async function* (order) {
    const [picture] = order.pictures;
    await holds[picture?.position ?? 0]?.wait(order.signal);
    yield* paintAll(order);
  };
  const id = await submit(darkroom.client, { prompt: stage.prompt(script), count: 3, seed: '10' });
  await Promise.all(holds.map(({ reached }) => reached));
  for (const hold of holds) hold.release();
  await waitForEnd(darkroom.client, follow, id);
  const { generation } = await darkroom.client.query(asked, { id });
  expect(generation).toMatchObject({ status: 'SUCCEEDED', costUsd: '0.030000', warnings: [] });
  expect(generation.images.map(({ seed }: { seed: string }) => seed)).toEqual(['10', '11', '12']);
  expect(generation.attempts).toMatchObject(
    [1, 2, 3].map((number) => ({ number, outcome: 'SUCCEEDED', costUsd: '0.010000' })),
  );
});

test('the fraction is the mean over the pictures of all calls', async () => {
  const [start, first, second] = [createHold(), createHold(), createHold()];
  const script: Script = async function* (order) {
    const isFirst = order.pictures[0]?.position === 0;
    await start.wait(order.signal);
    yield step(isFirst ? 1 : 3, 4);
    await (isFirst ? first : second).wait(order.signal);
    yield* paintAll(order);
  };
  const id = await submit(darkroom.client, { prompt: stage.prompt(script), count: 2 });
  await start.reached;
  const snapshots: Progress[] = [];
  for await (const answer of darkroom.client.subscribe(follow, { id })) {
    snapshots.push(toProgress(answer));
    start.release();
    if (snapshots.at(-1)?.fraction === 0.5) [first, second].map((hold) => hold.release());
  }
  expectOrder(snapshots);
  const told = snapshots.flatMap(({ fraction }) => fraction ?? []);
  expect(told).toContain(0.5);
  expect(told).toEqual(told.toSorted((one, other) => one - other));
  expect(told.at(-1)).toBe(1);
});

test('a call that fails does not stop the others, and what was made is kept with a warning', async () => {
  const generation = await perform(
    async function* (order) {
      if (order.pictures[0]?.position === 1) {
        throw new ProviderError('No green left.', { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
      }
      yield* paintAll(order);
    },
    { count: 3 },
  );
  expect(generation).toMatchObject({ status: 'SUCCEEDED', costUsd: '0.020000', images: [{}, {}] });
  expect(generation.warnings.map(({ message }: { message: string }) => message)).toEqual([
    'Only 2 of 3 pictures were made.',
    'No green left.',
  ]);
  const outcomes = generation.attempts.map(({ outcome }: { outcome: string }) => outcome);
  expect(outcomes.toSorted()).toEqual(['FAILED', 'SUCCEEDED', 'SUCCEEDED']);
});

test('what the provider says beside its pictures, and what it charges, is kept', async () => {
  const generation = await perform(async function* (order) {
    yield { type: 'accepted', providerRequestId: `job-${order.prompt}` };
    yield { type: 'text', text: 'Here you are.' };
    yield { ...(await paint(order, 0)), revisedPrompt: 'A grey lake at dawn' };
    yield { type: 'account', costUsd: '0.25', delayMilliseconds: 120, executionMilliseconds: 3_400 };
  });
  const revision = { text: 'A grey lake at dawn', source: 'PROVIDER', writtenBy: 'single/single' };
  expect(generation).toMatchObject({
    status: 'SUCCEEDED',
    text: 'Here you are.',
    costUsd: '0.250000',
    images: [{ revisedPrompt: revision }],
    attempts: [{ costUsd: '0.250000', delayMilliseconds: 120, executionMilliseconds: 3_400 }],
  });
  expect(generation.prompts).toMatchObject([{ source: 'USER' }, revision]);
  expect(generation.attempts[0].providerRequestId).toMatch(/^job-/);
});

test('a style that the model lacks becomes part of the wording, and both are kept', async () => {
  const generation = await perform(paintAll, { prompt: 'a cat', style: 'watercolor', styleIntensity: 0.9 });
  const styled = 'a cat, in a very pronounced watercolor style';
  expect(generation).toMatchObject({ effectivePrompt: styled, warnings: [] });
  expect(generation.prompts).toEqual([
    { text: 'a cat', source: 'USER', writtenBy: null },
    { text: styled, source: 'ENHANCER', writtenBy: 'style' },
  ]);
});
