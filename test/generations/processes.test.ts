import { hash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimGeneration } from '../../src/database/claim-generation.ts';
import { recordEvent } from '../../src/database/record-event.ts';
import { noAdvance } from '../../src/domain/progress.ts';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { ProviderError } from '../../src/providers/provider-error.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import {
  collect,
  countUp,
  expectOrder,
  readRow,
  submit,
  toProgress,
  typesOf,
  waitForEnd,
} from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { createStage, paint, paintAll, step } from '../support/stage.ts';

const stage = createStage();
const calls = new Map<string, number>();
const provider = {
  ...stage.provider,
  generate: (order: Parameters<typeof paintAll>[0]) => {
    calls.set(order.prompt, (calls.get(order.prompt) ?? 0) + 1);
    return stage.provider.generate(order);
  },
};
const providers = [provider];
let api: Darkroom;
let workers: readonly Darkroom[];
beforeAll(async () => {
  api = await startDarkroom({ role: 'api', providers });
  workers = [
    await startDarkroom({ role: 'worker', beside: api, providers }),
    await startDarkroom({ role: 'worker', beside: api, providers }),
  ];
});
afterAll(async () => {
  for (const worker of workers) await worker[Symbol.asyncDispose]();
  await api[Symbol.asyncDispose]();
});

test('one generation before two workers runs once', async () => {
  const prompt = stage.prompt(paintAll);
  const id = await submit(api.client, { prompt });
  await waitForEnd(api.client, follow, id);
  expect(calls.get(prompt)).toBe(1);
  expect(await readRow(api, id)).toMatchObject({ attempts: [{ number: 1, outcome: 'SUCCEEDED' }], images: [{}] });
});

test('thirty generations before two workers run once each', async () => {
  const prompts = Array.from({ length: 30 }, () => stage.prompt(paintAll));
  const ids = await Promise.all(prompts.map((prompt) => submit(api.client, { prompt })));
  const ends = await Promise.all(ids.map((id) => waitForEnd(api.client, follow, id)));
  expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED']));
  expect(prompts.map((prompt) => calls.get(prompt))).toEqual(prompts.map(() => 1));
  for (const id of ids) expect((await readRow(api, id))?.attempts).toHaveLength(1);
});

const withImages = /* GraphQL */ `
  query ($id: ID!) { generation(id: $id) { images { sha256 sizeBytes link { href } } } }
`;

test('two hundred generations at once all succeed, with whole logs and whole pictures', async () => {
  const ids = await Promise.all(
    Array.from({ length: 200 }, (_, index) => submit(api.client, { prompt: `number ${index}` })),
  );
  const ends = await Promise.all(ids.map((id) => waitForEnd(api.client, follow, id)));
  expect(ends.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
  for (const id of ids) {
    const row = await readRow(api, id);
    expect(row?.sequences).toEqual(countUp(row?.lastSequence ?? 0));
    expect(row?.types.filter((type) => ['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(type))).toEqual(['SUCCEEDED']);
    const { generation } = await api.client.query(withImages, { id });
    expect(generation.images).toHaveLength(1);
    for (const { sha256, sizeBytes, link } of generation.images) {
      const bytes = Buffer.from(await (await fetch(link.href)).arrayBuffer());
      expect([hash('sha256', bytes), bytes.length]).toEqual([sha256, sizeBytes]);
    }
  }
  expect(api.app.hub.mailboxCount).toBe(0);
}, 60_000);

test('what happens in a worker is followed live in another process', async () => {
  const hold = createHold();
  const prompt = stage.prompt(async function* (order) {
    yield step(1, 4);
    await hold.wait();
    yield* paintAll(order);
  });
  const id = await submit(api.client, { prompt });
  await hold.reached;
  const stream = api.client.subscribe(follow, { id, afterSequence: 0 });
  const seen = [];
  // The tick was written by the other process, and comes before anything else happens.
  while (seen.at(-1)?.tick !== 1) seen.push(toProgress((await stream.next()).value));
  hold.release();
  seen.push(...(await collect(stream)));
  expectOrder(seen);
  expect(typesOf(seen)).toEqual((await readRow(api, id))?.types);
});

async function breakListeners(): Promise<number> {
  const { rowCount } = await api.database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'`,
  );
  return rowCount ?? 0;
}

test('a stream whose process loses its connection for hints still gets everything', async () => {
  const middle = createHold();
  const late = createHold();
  const prompt = stage.prompt(async function* (order) {
    await middle.wait();
    yield await paint(order, 0);
    await late.wait();
    yield await paint(order, 1);
  });
  const id = await submit(api.client, { prompt, count: 2 });
  await middle.reached;
  const following = collect(api.client.subscribe(follow, { id, afterSequence: 0 }));
  await expect.poll(() => api.app.hub.mailboxCount).toBe(1);
  expect(await breakListeners()).toBe(3);
  // Told to nobody: no process has its connection now.
  middle.release();
  await late.reached;
  late.release();
  const snapshots = await following;
  expectOrder(snapshots);
  expect(typesOf(snapshots)).toEqual((await readRow(api, id))?.types);
  expect(snapshots.at(-1)).toMatchObject({ status: 'SUCCEEDED', imagesStored: 2 });
});

test('an event of which no hint came is found all the same', async () => {
  await using alone = await startDarkroom({ role: 'api', providers });
  const id = await submit(alone.client, { prompt: 'nobody takes it' });
  const stream = alone.client.subscribe(follow, { id });
  expect(toProgress((await stream.next()).value)).toMatchObject({ sequence: 1, status: 'QUEUED' });
  const generationId = decodeKey(id, 'Generation');
  const write = { generationId, leaseToken: crypto.randomUUID(), at: new Date() };
  await alone.database.transaction((connection) => claimGeneration(connection, write));
  const entry = { type: 'PROVIDER_ACCEPTED', message: 'not told', attempt: 1, stage: 'GENERATING' } as const;
  await recordEvent(alone.database.pool, { ...write, ...entry, advance: noAdvance, imagesStored: 0 });
  expect(toProgress((await stream.next()).value)).toMatchObject({ sequence: 2, event: { type: 'STARTED' } });
  expect(toProgress((await stream.next()).value)).toMatchObject({ sequence: 3, message: 'not told' });
  await stream.return?.();
});

test('a failure with many words reaches a stream in another process', async () => {
  const message = 'many words '.repeat(1_000);
  const prompt = stage.prompt(async function* () {
    yield* [];
    throw new ProviderError(message, { code: 'INVALID_REQUEST', retryable: false });
  });
  const id = await submit(api.client, { prompt });
  expect(await waitForEnd(api.client, follow, id)).toMatchObject({ status: 'FAILED', message });
});
