import { expect, test } from 'vitest';
import { eventsOf } from '../support/orders.ts';
import { standinPicture } from './provider-contract.ts';
import { useRunpod } from './runpod-fixtures.ts';

const runpod = useRunpod();
const output = (await standinPicture()).toString('base64');

/** The progress that is told when a worker gives these to `progress_update`, one after the other. */
async function progressOf(...told: readonly unknown[]) {
  const states = told.map((one) => ({ status: 'IN_PROGRESS', output: one }));
  const events = await Array.fromAsync(runpod.tell(...states, { status: 'COMPLETED', output }));
  return eventsOf(events, 'progress').map(({ fraction, step, totalSteps }) => [fraction, step, totalSteps]);
}

const nothing = [null, null, null];

test.each([
  [0.35, [0.35, null, null]],
  [35, [0.35, null, null]],
  [100, [1, null, null]],
  [0, [0, null, null]],
  // Of a count in percents the first; of a count to 1 the end, after which the picture comes.
  [1, [0.01, null, null]],
  // From the documentation: runpod/docs, `serverless/workers/handler-functions.mdx`.
  ['Update 1/3', [1 / 3, 1, 3]],
  // Captured: runpod/runpod-python#105.
  [{ progress: '4/10' }, [0.4, 4, 10]],
  ['step 7 / 20, 2.5 s left.', [0.35, 7, 20]],
  [' 35%|███▌      | 7/20 [00:03<00:06,  2.10it/s]', [0.35, 7, 20]],
  ['35 % done', [0.35, null, null]],
  ['0.5', [0.5, null, null]],
  ['50', [0.5, null, null]],
  ['3.5/7', [0.5, null, null]],
  [{ progress: 0.5 }, [0.5, null, null]],
  [{ percent: 50 }, [0.5, null, null]],
  [{ percentage: '50%' }, [0.5, null, null]],
  [{ step: 5, total: 20 }, [0.25, 5, 20]],
  [{ current: 5, total: 20, message: '1/2' }, [0.25, 5, 20]],
])('a worker that tells %j is understood', async (told, expected) => {
  expect(await progressOf(told)).toEqual([expected]);
});

test.each([
  'Loading the model',
  'see https://example.com/1/2',
  'on 2026/11/21',
  '3/0',
  '5/4',
  -3,
  250,
  true,
  null,
  [],
  {},
  { progress: 'soon' },
  { step: 3 },
  { step: 30, total: 20 },
  { progress: { step: 1, total: 2 } },
  { message: 'halfway' },
])('a worker that tells %j is at work, and no more is known', async (told) => {
  expect(await progressOf(told)).toEqual([nothing]);
});

test('a worker that tells nothing is at work', async () => {
  expect(await progressOf(undefined, undefined)).toEqual([nothing]);
});

test('reports that come late, twice or without a number take nothing back', async () => {
  const told = await progressOf('Loading', '1/4', '3/4', '2/4', '3/4', 'almost', 0.5, '4/4');
  expect(told.map(([fraction]) => fraction)).toEqual([null, 0.25, 0.75, 1]);
});

test('a count that no database holds is a fraction only', async () => {
  expect(await progressOf('1500000000/3000000000')).toEqual([[0.5, null, null]]);
});
