import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CancelRequested } from '../../src/generations/running-generations.ts';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import type { PictureOrder, Provider, ProviderEvent } from '../../src/providers/provider.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { createScriptedProvider } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { submit, waitForEnd } from '../support/generations.ts';
import { leaveOriginal } from '../support/images.ts';
import { paintAll } from '../support/stage.ts';

// What a worker leaves behind that is killed, written by hand, and a worker that finds it.
let api: Darkroom;
beforeAll(async () => {
  api = await startDarkroom({ role: 'api' });
});
afterAll(() => api[Symbol.asyncDispose]());

/** The calls that were made, and those that were followed. */
let made: PictureOrder[] = [];
let resumed: { readonly id: string; readonly order: PictureOrder }[] = [];
beforeEach(() => {
  made = [];
  resumed = [];
});

function createBilling(resume: (order: PictureOrder) => AsyncIterable<ProviderEvent> = paintAll): Provider {
  const scripted = createScriptedProvider((order) => {
    made.push(order);
    return paintAll(order);
  });
  return {
    ...scripted,
    repeatable: false,
    resume(order, id) {
      resumed.push({ id, order });
      return resume(order);
    },
  };
}

interface Leaving {
  readonly number: number;
  readonly positions: readonly number[];
  readonly outcome?: 'RUNNING' | 'UNKNOWN';
  readonly providerRequestId?: string;
}

/** Accepted, and left by a worker in the middle of these calls. */
async function leave(
  attempts: readonly Leaving[],
  { count = 1, status = 'RUNNING', lostWorkers = 0 }: { count?: number; status?: string; lostWorkers?: number } = {},
): Promise<string> {
  const id = await submit(api.client, { prompt: `left behind ${randomUUID()}`, count });
  const key = decodeKey(id, 'Generation');
  const { pool } = api.database;
  await pool.query(
    `UPDATE "Generation" SET status = $2, "leaseToken" = $3, "lostWorkers" = $4, "startedAt" = now() WHERE id = $1`,
    [key, status, randomUUID(), lostWorkers],
  );
  for (const { number, positions, outcome = 'RUNNING', providerRequestId = null } of attempts) {
    await pool.query(
      `INSERT INTO "Attempt" ("generationId", number, kind, provider, model, outcome, positions, "providerRequestId", "startedAt")
       SELECT id, $2, 'GENERATE', provider, "modelSlug", $3, $4, $5, now() FROM "Generation" WHERE id = $1`,
      [key, number, outcome, positions, providerRequestId],
    );
  }
  return id;
}

const document = `query ($id: ID!) { generation(id: $id) {
  status costUsd failure { code } warnings { option message }
  attempts { number outcome costUsd failure { code } } images { id }
} }`;

async function takeOver(id: string, provider: Provider) {
  await using _worker = await startDarkroom({ role: 'worker', beside: api, providers: [provider] });
  await waitForEnd(api.client, follow, id);
  const { generation } = await api.client.query(document, { id });
  return generation;
}

test('a call whose id is known is followed, and its attempt goes on', async () => {
  const id = await leave([{ number: 1, positions: [0, 1], providerRequestId: 'job-a' }], { count: 2 });
  expect(await takeOver(id, createBilling())).toMatchObject({
    status: 'SUCCEEDED',
    attempts: [{ number: 1, outcome: 'SUCCEEDED', costUsd: '0.020000' }],
    images: [{}, {}],
  });
  expect(resumed.map((call) => [call.id, call.order.pictures.length])).toEqual([['job-a', 2]]);
  expect(made).toEqual([]);
});

test('a call whose id is not known is never made again, also by the worker after the next', async () => {
  const id = await leave([{ number: 1, positions: [0], outcome: 'UNKNOWN' }]);
  expect(await takeOver(id, createBilling())).toMatchObject({
    status: 'FAILED',
    failure: { code: 'OUTCOME_UNKNOWN' },
    attempts: [{ outcome: 'UNKNOWN' }],
  });
  expect(made).toEqual([]);
});

test('of several calls one is followed, one is given up, and what nobody asked for is made', async () => {
  const attempts = [
    { number: 1, positions: [0], providerRequestId: 'job-b' },
    { number: 2, positions: [1] },
  ];
  const id = await leave(attempts, { count: 3 });
  expect(await takeOver(id, createBilling())).toMatchObject({
    status: 'SUCCEEDED',
    costUsd: '0.020000',
    attempts: [
      { number: 1, outcome: 'SUCCEEDED', costUsd: '0.010000' },
      { number: 2, outcome: 'UNKNOWN', costUsd: null },
      { number: 3, outcome: 'SUCCEEDED', costUsd: '0.010000' },
    ],
    warnings: [{ message: 'Only 2 of 3 pictures were made.' }, { message: expect.stringContaining('cut off') }],
    images: [{}, {}],
  });
  expect(made.map(({ pictures }) => pictures.map(({ position }) => position))).toEqual([[2]]);
});

test('a cancel that no worker had heard of reaches the provider of a call that goes on', async () => {
  const reasons: unknown[] = [];
  const provider = createBilling(async function* (order) {
    try {
      yield { type: 'accepted', providerRequestId: 'job-c' };
      order.signal.throwIfAborted();
      yield* paintAll(order);
    } finally {
      reasons.push(order.signal.reason);
    }
  });
  const id = await leave([{ number: 1, positions: [0], providerRequestId: 'job-c' }], { status: 'CANCELLING' });
  expect(await takeOver(id, provider)).toMatchObject({ status: 'CANCELLED', attempts: [{ outcome: 'CANCELLED' }] });
  expect(reasons).toEqual([expect.any(CancelRequested)]);
});

test.each([
  ['is lost', new ProviderError('Nobody knows it.', { code: 'OUTPUT_LOST', retryable: true }), 'OUTPUT_LOST'],
  [
    'cannot be asked about',
    new ProviderError('Nobody is there.', { code: 'PROVIDER_UNAVAILABLE', retryable: true, unstarted: true }),
    'PROVIDER_UNAVAILABLE',
  ],
])('a call that %s is not made again', async (_, error, code) => {
  // biome-ignore lint/correctness/useYield: it fails before it tells anything.
  const provider = createBilling(async function* () {
    throw error;
  });
  const id = await leave([{ number: 1, positions: [0], providerRequestId: randomUUID() }]);
  expect(await takeOver(id, provider)).toMatchObject({
    status: 'FAILED',
    failure: { code },
    attempts: [{ outcome: 'FAILED', failure: { code } }],
  });
  expect(made).toEqual([]);
});

test('what two workers in a row were lost over is taken by no third one', async () => {
  const id = await leave([], { lostWorkers: 1 });
  const other = await submit(api.client, { prompt: 'another one' });
  await using _worker = await startDarkroom({ role: 'worker', beside: api, providers: [createBilling()] });
  expect(await waitForEnd(api.client, follow, other)).toMatchObject({ status: 'SUCCEEDED' });
  await waitForEnd(api.client, follow, id);
  const { generation } = await api.client.query(document, { id });
  expect(generation).toMatchObject({ status: 'FAILED', failure: { code: 'QUARANTINED' }, attempts: [] });
  expect(made).toHaveLength(1);
});

test('a call that is left open in what is taken by nobody is given up', async () => {
  const id = await leave([{ number: 1, positions: [0, 1] }], { count: 2, lostWorkers: 1 });
  expect(await takeOver(id, createBilling())).toMatchObject({
    status: 'FAILED',
    failure: { code: 'QUARANTINED' },
    attempts: [{ outcome: 'UNKNOWN', costUsd: null }],
  });
});

test('a call that is left open when the deadline passes is given up', async () => {
  const id = await leave([{ number: 1, positions: [0], providerRequestId: 'job-f' }]);
  const passed = 'UPDATE "Generation" SET "deadlineAt" = now() WHERE id = $1';
  await api.database.pool.query(passed, [decodeKey(id, 'Generation')]);
  expect(await takeOver(id, createBilling())).toMatchObject({
    status: 'FAILED',
    failure: { code: 'TIMED_OUT' },
    attempts: [{ outcome: 'UNKNOWN' }],
  });
  expect(resumed).toEqual([]);
});

test('what the deadline ends is told apart from what the provider ends', async () => {
  const id = await submit(api.client, { prompt: 'too slow' });
  await api.database.pool.query(`UPDATE "Generation" SET "deadlineAt" = now() + interval '1 second' WHERE id = $1`, [
    decodeKey(id, 'Generation'),
  ]);
  const { promise: aborted, resolve: onAbort } = Promise.withResolvers<void>();
  const slow = createScriptedProvider(async function* ({ signal }) {
    signal.addEventListener('abort', () => onAbort());
    await aborted;
    yield* [];
    throw signal.reason;
  });
  expect(await takeOver(id, { ...slow, repeatable: false })).toMatchObject({
    status: 'FAILED',
    failure: { code: 'TIMED_OUT' },
    attempts: [{ outcome: 'FAILED', failure: { code: 'TIMED_OUT' } }],
  });
});

test('a call whose pictures are all stored is asked once more what it cost, and has succeeded in any case', async () => {
  const provider = createBilling(async function* (order) {
    yield { type: 'accepted', providerRequestId: 'job-d' };
    yield { type: 'account', costUsd: '0.123400' };
    yield* paintAll(order);
  });
  const gone = createBilling(() => {
    throw new ProviderError('Nobody knows it.', { code: 'OUTPUT_LOST', retryable: true });
  });
  const known = await leave([{ number: 1, positions: [0], providerRequestId: 'job-d' }]);
  await leaveOriginal(api.config, known, 0);
  expect(await takeOver(known, provider)).toMatchObject({
    status: 'SUCCEEDED',
    costUsd: '0.123400',
    attempts: [{ outcome: 'SUCCEEDED' }],
    images: [{}],
  });
  const forgotten = await leave([{ number: 1, positions: [0], providerRequestId: 'job-e' }]);
  await leaveOriginal(api.config, forgotten, 0);
  expect(await takeOver(forgotten, gone)).toMatchObject({
    status: 'SUCCEEDED',
    costUsd: '0.010000',
    attempts: [{ outcome: 'SUCCEEDED', failure: null }],
  });
});
