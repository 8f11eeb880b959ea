import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow } from '../support/documents.ts';
import {
  collect,
  countUp,
  expectOrder,
  type Progress,
  type Row,
  readRow,
  submit,
  typesOf,
} from '../support/generations.ts';
import { leaveOriginal } from '../support/images.ts';
import { createStage, paintAll } from '../support/stage.ts';
import { startWorkerProcess } from '../support/worker.ts';

const takeOverMilliseconds = 15_000;

/** Notes what it is asked to make. */
const made: { prompt: string; positions: readonly number[] }[] = [];
const stage = createStage();
const provider = {
  ...stage.provider,
  generate: (order: Parameters<typeof paintAll>[0]) => {
    made.push({ prompt: order.prompt, positions: order.pictures.map(({ position }) => position) });
    return paintAll(order);
  },
};

interface Story {
  readonly snapshots: readonly Progress[];
  readonly row: Row | undefined;
  readonly milliseconds: number;
}

const stories = new Map<string, Promise<Story>>();
let api: Darkroom;
let stack: AsyncDisposableStack;

// Waiting for a lost heartbeat takes ten seconds: once for all the tests that need it.
beforeAll(async () => {
  stack = new AsyncDisposableStack();
  api = stack.use(await startDarkroom({ role: 'api', providers: [provider] }));
  const killed = stack.use(await startWorkerProcess(api, 'paint-one-then-hold'));
  const interrupted = await submit(api.client, { prompt: 'interrupted', count: 3 });
  const cancelled = await submit(api.client, { prompt: 'cancelled', count: 2 });
  const following = [interrupted, cancelled].map((id) =>
    collect(api.client.subscribe(follow, { id, afterSequence: 0 })),
  );
  await killed.until('held', 2);
  await leaveOriginal(api.config, interrupted, 1);
  const from = performance.now();
  killed.signal('SIGKILL');
  await api.client.query(cancel, { id: cancelled });

  const frozen = stack.use(await startWorkerProcess(api, 'hold-deaf'));
  const thawed = await submit(api.client, { prompt: 'frozen', count: 1 });
  following.push(collect(api.client.subscribe(follow, { id: thawed, afterSequence: 0 })));
  await frozen.until('held');
  frozen.signal('SIGSTOP');

  stack.use(await startDarkroom({ role: 'worker', beside: api, providers: [provider] }));
  const ids = [interrupted, cancelled, thawed];
  for (const [index, name] of ['interrupted', 'cancelled', 'frozen'].entries()) {
    const id = ids[index] ?? '';
    const story = async () => {
      const snapshots = (await following[index]) ?? [];
      const milliseconds = performance.now() - from;
      if (name === 'frozen') {
        frozen.signal('SIGCONT');
        frozen.tell('release');
        await frozen.until('left');
      }
      return { snapshots, row: await readRow(api, id), milliseconds };
    };
    stories.set(name, story());
  }
  await Promise.all(stories.values());
}, 60_000);
afterAll(() => stack.disposeAsync());

async function storyOf(name: string): Promise<Story> {
  const story = stories.get(name);
  if (story === undefined) throw new Error(`There is no story “${name}”.`);
  return story;
}

test('the generation of a worker that was killed is taken over within fifteen seconds and succeeds', async () => {
  const { snapshots, row, milliseconds } = await storyOf('interrupted');
  expect(milliseconds).toBeLessThan(takeOverMilliseconds);
  expect(snapshots.at(-1)).toMatchObject({ status: 'SUCCEEDED', imagesStored: 3 });
  expect(row?.attempts.map(({ outcome }) => outcome)).toEqual(['UNKNOWN', 'SUCCEEDED']);
  expect(row?.sequences).toEqual(countUp(row?.lastSequence ?? 0));
  expect(typesOf(snapshots)).toEqual(row?.types);
  expect(snapshots.filter(({ message }) => message === 'Taken over from a worker that was lost.')).not.toEqual([]);
  expectOrder(snapshots);
});

test('whoever takes over keeps the pictures that were stored, adopts the one without a row, and makes the rest', async () => {
  const { row } = await storyOf('interrupted');
  expect(row?.images.map(({ position, attemptNumber }) => [position, attemptNumber])).toEqual([
    [0, 1],
    [1, 1],
    [2, 2],
  ]);
  expect(made.filter(({ prompt }) => prompt === 'interrupted')).toEqual([{ prompt: 'interrupted', positions: [2] }]);
});

test('a generation whose worker was killed before it heard of the cancel ends as cancelled', async () => {
  const { snapshots, row, milliseconds } = await storyOf('cancelled');
  expect(milliseconds).toBeLessThan(takeOverMilliseconds);
  expect(snapshots.at(-1)).toMatchObject({ status: 'CANCELLED', imagesStored: 1 });
  expect(row).toMatchObject({ attempts: [{ outcome: 'UNKNOWN' }], images: [{ position: 0 }] });
  expect(made.filter(({ prompt }) => prompt === 'cancelled')).toEqual([]);
});

test('a worker that wakes up after its generation was taken over changes nothing', async () => {
  const { snapshots, row } = await storyOf('frozen');
  expect(snapshots.at(-1)).toMatchObject({ status: 'SUCCEEDED', imagesStored: 1 });
  expect(row?.types).toEqual([
    'REQUEST_RECEIVED',
    'STARTED',
    'CALLING_PROVIDER',
    'STARTED',
    'CALLING_PROVIDER',
    'IMAGE_GENERATED',
    'IMAGE_STORED',
    'SUCCEEDED',
  ]);
  expect(row).toMatchObject({ status: 'SUCCEEDED', attempts: [{ outcome: 'UNKNOWN' }, { outcome: 'SUCCEEDED' }] });
});

test('a worker that is asked to stop hands over at once', async () => {
  await using other = await startDarkroom({ role: 'api', providers: [provider] });
  await using stopping = await startWorkerProcess(other, 'hold');
  const id = await submit(other.client, { prompt: 'handed over' });
  await stopping.until('held');
  await using _worker = await startDarkroom({ role: 'worker', beside: other, providers: [provider] });
  const following = collect(other.client.subscribe(follow, { id }));
  const from = performance.now();
  stopping.tell('stop');
  await stopping.until('stopped');
  expect((await following).at(-1)).toMatchObject({ status: 'SUCCEEDED' });
  expect(performance.now() - from).toBeLessThan(5_000);
  expect(await readRow(other, id)).toMatchObject({ attempts: [{ outcome: 'UNKNOWN' }, { outcome: 'SUCCEEDED' }] });
});
