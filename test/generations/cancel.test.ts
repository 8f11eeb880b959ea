import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow } from '../support/documents.ts';
import { collect, countUp, readRow, submit, typesOf, waitForEnd } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { untilBlocked } from '../support/locks.ts';
import { createStage, paint, paintAll } from '../support/stage.ts';

const stage = createStage();
/** Answers clients, and runs nothing. */
let api: Darkroom;
/** Does both. */
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
  api = await startDarkroom({ providers: [stage.provider], role: 'api' });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await darkroom[Symbol.asyncDispose]();
});

function startWorker(): Promise<Darkroom> {
  return startDarkroom({ providers: [stage.provider], role: 'worker', beside: api });
}

async function askToStop({ client }: Darkroom, id: string) {
  const { cancelGeneration } = await client.query(cancel, { id });
  return cancelGeneration;
}

/** Starts a generation that stops at a hold, and resolves when it is there. */
async function startHeld({ client }: Darkroom, { heedsSignal = true, count = 1 } = {}) {
  const hold = createHold();
  const prompt = stage.prompt(async function* (order) {
    await hold.wait(heedsSignal ? order.signal : undefined);
    yield* paintAll(order);
  });
  const id = await submit(client, { prompt, count });
  await hold.reached;
  return { id, hold };
}

test('a queued generation is cancelled at once, without an attempt', async () => {
  const id = await submit(api.client, { prompt: 'nobody takes it' });
  const following = collect(api.client.subscribe(follow, { id, afterSequence: 0 }));
  expect(await askToStop(api, id)).toMatchObject({ generation: { id, status: 'CANCELLED' } });
  expect(typesOf(await following)).toEqual(['REQUEST_RECEIVED', 'CANCELLED']);
  expect(await readRow(api, id)).toMatchObject({ status: 'CANCELLED', attempts: [], images: [], sequences: [1, 2] });
});

test('a generation that was cancelled in the queue is not run when a worker comes', async () => {
  const cancelled = await submit(api.client, { prompt: 'nobody takes it' });
  await askToStop(api, cancelled);
  const waiting = await submit(api.client, { prompt: 'somebody takes it' });
  await using _worker = await startWorker();
  expect(await waitForEnd(api.client, follow, waiting)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await readRow(api, cancelled)).toMatchObject({ status: 'CANCELLED', attempts: [], lastSequence: 2 });
});

test('a running generation is asked to stop and ends without pictures', async () => {
  const { id } = await startHeld(darkroom);
  const following = collect(darkroom.client.subscribe(follow, { id, afterSequence: 0 }));
  const { generation } = await askToStop(darkroom, id);
  expect(['CANCELLING', 'CANCELLED']).toContain(generation.status);
  const snapshots = await following;
  expect(typesOf(snapshots)).toEqual([
    'REQUEST_RECEIVED',
    'STARTED',
    'CALLING_PROVIDER',
    'CANCEL_REQUESTED',
    'CANCELLED',
  ]);
  expect(snapshots.at(-2)).toMatchObject({ status: 'CANCELLING' });
  expect(await readRow(darkroom, id)).toMatchObject({
    status: 'CANCELLED',
    attempts: [{ outcome: 'CANCELLED', failure: null }],
    images: [],
  });
});

test('a generation that runs in another process is stopped within a second', async () => {
  await using _worker = await startWorker();
  const { id } = await startHeld(api);
  const following = waitForEnd(api.client, follow, id);
  const asked = performance.now();
  await askToStop(api, id);
  expect(await following).toMatchObject({ status: 'CANCELLED' });
  expect(performance.now() - asked).toBeLessThan(1_000);
});

test('asking twice to stop changes nothing the second time', async () => {
  const { id, hold } = await startHeld(darkroom, { heedsSignal: false });
  await Promise.all([1, 2, 3].map(() => askToStop(darkroom, id)));
  expect(await askToStop(darkroom, id)).toMatchObject({ generation: { status: 'CANCELLING' } });
  hold.release();
  await waitForEnd(darkroom.client, follow, id);
  const row = await readRow(darkroom, id);
  expect(row?.types.filter((type) => type === 'CANCEL_REQUESTED')).toHaveLength(1);
});

test('a generation that has ended is not changed by a cancel', async () => {
  const id = await submit(darkroom.client, { prompt: 'nothing at all' });
  await waitForEnd(darkroom.client, follow, id);
  const before = await readRow(darkroom, id);
  expect(await askToStop(darkroom, id)).toMatchObject({ generation: { status: 'SUCCEEDED' } });
  expect(await readRow(darkroom, id)).toEqual(before);
});

test('there is nothing to cancel behind an unknown id and behind that of somebody else', async () => {
  const { id } = await startHeld(darkroom);
  const stranger = await darkroom.as('somebody else').query(cancel, { id });
  expect(stranger.cancelGeneration.__typename).toBe('NotFound');
  const unknown = await darkroom.client.query(cancel, { id: 'no id at all' });
  expect(unknown.cancelGeneration.__typename).toBe('NotFound');
  expect(await readRow(darkroom, id)).toMatchObject({ status: 'RUNNING' });
  await askToStop(darkroom, id);
});

test('a provider that finishes before it hears of the cancel makes it a success', async () => {
  const { id, hold } = await startHeld(darkroom, { heedsSignal: false });
  await askToStop(darkroom, id);
  hold.release();
  expect(await waitForEnd(darkroom.client, follow, id)).toMatchObject({ status: 'SUCCEEDED', imagesStored: 1 });
  expect(await readRow(darkroom, id)).toMatchObject({ attempts: [{ outcome: 'SUCCEEDED' }], images: [{}] });
});

test('a provider that fails while it is asked to stop ends it as cancelled, and its attempt keeps the truth', async () => {
  const hold = createHold();
  const prompt = stage.prompt(async function* () {
    await hold.wait();
    yield* [];
    throw new ProviderError('The engine is on fire.', { code: 'PROVIDER_UNAVAILABLE', retryable: true });
  });
  const id = await submit(darkroom.client, { prompt });
  await hold.reached;
  await askToStop(darkroom, id);
  hold.release();
  expect(await waitForEnd(darkroom.client, follow, id)).toMatchObject({ status: 'CANCELLED' });
  expect(await readRow(darkroom, id)).toMatchObject({
    status: 'CANCELLED',
    attempts: [{ outcome: 'FAILED', failure: { code: 'PROVIDER_UNAVAILABLE', message: 'The engine is on fire.' } }],
  });
});

test('pictures that were stored before the cancel stay, and so does what they cost', async () => {
  const hold = createHold();
  const prompt = stage.prompt(async function* (order) {
    yield await paint(order, 0);
    await hold.wait(order.signal);
  });
  const id = await submit(darkroom.client, { prompt, count: 2 });
  await hold.reached;
  await askToStop(darkroom, id);
  expect(await waitForEnd(darkroom.client, follow, id)).toMatchObject({ status: 'CANCELLED', imagesStored: 1 });
  const { generation } = await darkroom.client.query(
    'query ($id: ID!) { generation(id: $id) { costUsd images { id } } }',
    {
      id,
    },
  );
  expect(generation).toEqual({ costUsd: '0.010000', images: [{ id: expect.any(String) }] });
});

test('a cancel whose hint was lost is found by the worker', async () => {
  const { id } = await startHeld(darkroom);
  const following = waitForEnd(darkroom.client, follow, id);
  // As if it had come from a process whose hints don't arrive.
  await darkroom.database.pool.query(
    `WITH changed AS (
      UPDATE "Generation" SET status = 'CANCELLING', "lastSequence" = "lastSequence" + 1 WHERE id = $1 RETURNING *
    )
    INSERT INTO "GenerationEvent" ("generationId", sequence, at, type, status, stage, "imagesStored")
    SELECT id, "lastSequence", now(), 'CANCEL_REQUESTED', status, 'GENERATING', 0 FROM changed`,
    [decodeKey(id, 'Generation')],
  );
  expect(await following).toMatchObject({ status: 'CANCELLED' });
});

test('a cancel that meets a step of the run leaves no gap in the log', async () => {
  const { id, hold } = await startHeld(darkroom);
  const generationId = decodeKey(id, 'Generation');
  const step = await darkroom.database.pool.connect();
  try {
    // The step has written, and has not committed, when the cancel comes.
    await step.query('BEGIN');
    await step.query('UPDATE "Generation" SET "lastSequence" = "lastSequence" + 1 WHERE id = $1', [generationId]);
    await step.query(
      `INSERT INTO "GenerationEvent" ("generationId", sequence, at, type, status, stage, "imagesStored")
      VALUES ($1, 4, now(), 'PROVIDER_ACCEPTED', 'RUNNING', 'WAITING_FOR_PROVIDER', 0)`,
      [generationId],
    );
    const asked = askToStop(darkroom, id);
    await untilBlocked(darkroom.database);
    await step.query('COMMIT');
    await asked;
  } finally {
    step.release();
  }
  hold.release();
  await waitForEnd(darkroom.client, follow, id);
  const row = await readRow(darkroom, id);
  expect(row?.types.slice(3, 5)).toEqual(['PROVIDER_ACCEPTED', 'CANCEL_REQUESTED']);
  expect(row?.sequences).toEqual(countUp(row?.lastSequence ?? 0));
});
