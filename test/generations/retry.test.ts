import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteGenerationRows } from '../../src/database/delete-generation.ts';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { createScriptedProvider, toModel } from '../support/blank-provider.ts';
import type { Variables } from '../support/client.ts';
import { type Darkroom, type DarkroomOptions, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow, remove, retry } from '../support/documents.ts';
import { submit, waitForEnd } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { untilBlocked } from '../support/locks.ts';
import { createStage, paintAfter, paintAll } from '../support/stage.ts';
import { generateOnce } from './generate-once.ts';

const model = toModel('mixer/mixer', {
  inputImages: { min: 0, max: 4 },
  mask: true,
  negativePrompt: true,
  steps: { min: 1, max: 100, default: 20 },
});
const stage = createStage(model);
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const details = /* GraphQL */ `
  query ($id: ID!) {
    generation(id: $id) {
      prompt negativePrompt requestedModel modelSlug retryOf { id } warnings { option message }
      options { count width height steps seed } inputs { position role sourceUrl image { id } }
    }
  }
`;

const keyOf = (id: string) => decodeKey(id, 'Generation');
const read = async (id: string) => (await darkroom.client.query(details, { id })).generation;

async function again(id: string, key?: string, { as }: Darkroom = darkroom, user = 'alice') {
  return (await as(user).query(retry, { id, key })).retryGeneration;
}

async function makeOne(input: Variables = {}): Promise<string> {
  const id = await submit(darkroom.client, { prompt: 'a cat', ...input });
  await waitForEnd(darkroom.client, follow, id);
  return id;
}

/** An api process beside the others, with other providers or another configuration. */
function startBeside(options: Partial<DarkroomOptions>): Promise<Darkroom> {
  return startDarkroom({ role: 'api', beside: darkroom, providers: [stage.provider], ...options });
}

test('a failed generation is made again by a new one, with the same request and the same seed', async () => {
  let calls = 0;
  const prompt = stage.prompt(async function* (order) {
    calls += 1;
    if (calls === 1) throw new ProviderError('No.', { code: 'PROVIDER_BAD_RESPONSE', retryable: true });
    yield* paintAll(order);
  });
  const first = await makeOne({
    prompt,
    count: 2,
    steps: 7,
    negativePrompt: 'dogs',
    size: { pixels: { width: 80, height: 64 } },
  });
  const answer = await again(first);
  expect(answer).toMatchObject({ __typename: 'GenerateImageSuccess', replayed: false });
  const second = answer.generation.id;
  expect(second).not.toBe(first);
  expect(await waitForEnd(darkroom.client, follow, second)).toMatchObject({ status: 'SUCCEEDED', imagesStored: 2 });
  const { retryOf, ...request } = await read(second);
  expect(retryOf).toEqual({ id: first });
  expect({ ...request, retryOf: null }).toEqual(await read(first));
});

test.each(['SUCCEEDED', 'CANCELLED'])('one that %s can be made again, and so can that one', async (status) => {
  const held = stage.prompt(async function* (order) {
    await createHold().wait(order.signal);
    yield* paintAll(order);
  });
  let id = status === 'CANCELLED' ? await submit(darkroom.client, { prompt: held }) : await makeOne();
  for (const _ of [1, 2]) {
    if (status === 'CANCELLED') await darkroom.client.query(cancel, { id });
    expect(await waitForEnd(darkroom.client, follow, id)).toMatchObject({ status });
    const { generation } = await again(id);
    expect((await read(generation.id)).retryOf).toEqual({ id });
    id = generation.id;
  }
  await darkroom.client.query(cancel, { id });
});

test('one that waits or runs is not made again', async () => {
  const hold = createHold();
  const prompt = stage.prompt(paintAfter(hold));
  const running = await submit(darkroom.client, { prompt });
  await hold.reached;
  const refusal = { __typename: 'NotPossible', message: 'Only a generation that has ended can be asked for again.' };
  expect(await again(running)).toEqual(refusal);
  hold.release();
  await waitForEnd(darkroom.client, follow, running);
  expect(await again(running)).toMatchObject({ __typename: 'GenerateImageSuccess' });
});

test('nobody makes again what is not theirs', async () => {
  const id = await makeOne();
  for (const key of [undefined, crypto.randomUUID()]) {
    expect(await again(id, key, darkroom, 'mallory')).toMatchObject({ __typename: 'NotFound' });
  }
});

test('under one key it is made again once, also by twenty at the same instant and after the first was deleted', async () => {
  const id = await makeOne();
  const key = crypto.randomUUID();
  const answers = await Promise.all(Array.from({ length: 20 }, () => again(id, key)));
  const [{ generation }] = answers;
  expect(new Set(answers.map((answer) => answer.generation.id)).size).toBe(1);
  expect(answers.filter(({ replayed }) => replayed)).toHaveLength(19);
  await darkroom.client.query(remove, { id });
  expect(await again(id, key)).toMatchObject({ replayed: true, generation: { id: generation.id } });
  expect((await read(generation.id)).retryOf).toBeNull();
});

test('a key of another retry, or of a request, conflicts', async () => {
  const [one, other] = [await makeOne(), await makeOne()];
  const [ofRetry, ofRequest] = [crypto.randomUUID(), crypto.randomUUID()];
  const { generation: retried } = await again(one, ofRetry);
  const { generateImage } = await darkroom.client.query(generateOnce, { key: ofRequest, input: { prompt: 'a cat' } });
  const toConflict = (id: string) => ({ __typename: 'IdempotencyConflict', conflicting: { id } });
  expect(await again(other, ofRetry)).toMatchObject(toConflict(retried.id));
  expect(await again(one, ofRequest)).toMatchObject(toConflict(generateImage.generation.id));
});

test.each([0, 256, 10_000])('a key of %d characters is refused', async (length) => {
  expect(await again(await makeOne(), 'x'.repeat(length))).toMatchObject({
    __typename: 'InvalidInput',
    issues: [{ path: ['idempotencyKey'], message: 'An idempotency key has 1 to 255 characters.' }],
  });
});

test('the deadline counts anew, and one that was stored before there were deadlines has none', async () => {
  const id = await makeOne({ deadlineSeconds: 600 });
  const toSeconds = async (globalId: string) => {
    const where = { id: keyOf(globalId) };
    const { createdAt, deadlineAt } = await darkroom.database.prisma.generation.findUniqueOrThrow({ where });
    return deadlineAt === null ? null : (deadlineAt.getTime() - createdAt.getTime()) / 1000;
  };
  expect(await toSeconds((await again(id)).generation.id)).toBe(600);
  const text = `UPDATE "Generation" SET request = request - 'deadlineSeconds' WHERE id = $1`;
  await darkroom.database.pool.query(text, [keyOf(id)]);
  expect(await toSeconds((await again(id)).generation.id)).toBeNull();
});

test('a generation that is deleted at the same time is one that was deleted later', async () => {
  const id = await makeOne();
  const { userId } = await darkroom.database.prisma.generation.findUniqueOrThrow({ where: { id: keyOf(id) } });
  let retried: ReturnType<typeof again> | undefined;
  await darkroom.database.transaction(async (connection) => {
    await deleteGenerationRows(connection, { generationId: keyOf(id), userId });
    retried = again(id);
    await untilBlocked(darkroom.database);
  });
  const answer = await retried;
  expect(answer).toMatchObject({ __typename: 'GenerateImageSuccess' });
  expect((await read(answer.generation.id)).retryOf).toBeNull();
});

test('a model that is off or gone is ModelUnavailable, one that takes less by now makes it impossible', async () => {
  const id = await makeOne({ steps: 50 });
  const { provider } = stage;
  const other = createScriptedProvider(paintAll, toModel('other/other'));
  const less = createScriptedProvider(paintAll, toModel('mixer/mixer', { steps: { min: 1, max: 10, default: 5 } }));
  const off = { ...provider, offReason: 'There is no key.' };
  for (const [providers, refusal] of [
    [[off], { __typename: 'ModelUnavailable' }],
    [[other], { __typename: 'ModelUnavailable', message: 'The model mixer/mixer is no longer configured.' }],
    [[less], { __typename: 'NotPossible', message: expect.stringContaining('Steps must be 1 to 10.') }],
  ] as const) {
    await using api = await startBeside({ providers });
    expect(await again(id, undefined, api)).toMatchObject(refusal);
  }
});

test('a request that named no model is made again by the same one, whatever the default is by now', async () => {
  const id = await makeOne();
  const other = createScriptedProvider(paintAll, toModel('other/other'));
  await using api = await startBeside({ providers: [other, stage.provider] });
  const { generation } = await again(id, undefined, api);
  expect(await read(generation.id)).toMatchObject({ requestedModel: 'mixer/mixer', modelSlug: 'mixer/mixer' });
});
