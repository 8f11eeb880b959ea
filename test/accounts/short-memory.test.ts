import { expect, test } from 'vitest';
import { createShortMemory } from '../../src/accounts/short-memory.ts';

function createMemory(maxEntries = 10) {
  const clock = { time: 0, now: () => clock.time };
  const memory = createShortMemory<number>({ clock, milliseconds: 5_000, maxEntries });
  let loads = 0;
  const load = async () => ++loads;
  return { clock, memory, load, recall: (key: string) => memory.recall(key, load) };
}

test('what was found is kept for five seconds from when it was asked for', async () => {
  const { clock, recall } = createMemory();
  expect(await recall('a')).toBe(1);
  clock.time = 4_999;
  expect(await recall('a')).toBe(1);
  clock.time = 5_000;
  expect(await recall('a')).toBe(2);
});

test('those who ask at once share one look', async () => {
  const { recall } = createMemory();
  expect(await Promise.all([recall('a'), recall('a'), recall('b')])).toEqual([1, 1, 2]);
});

test('a look that failed is not kept', async () => {
  const { memory, recall } = createMemory();
  const failing = memory.recall('a', () => Promise.reject(new Error('away')));
  await expect(failing).rejects.toThrow('away');
  expect(await recall('a')).toBe(1);
});

test('what is meant is dropped, and the rest stays', async () => {
  const { memory, recall } = createMemory();
  await recall('a');
  await recall('b');
  memory.forget((value) => value === 1);
  expect([await recall('a'), await recall('b')]).toEqual([3, 2]);
});

test('what is being looked up while something is dropped is not kept: it may be from before', async () => {
  const { memory, recall } = createMemory();
  const before = Promise.withResolvers<number>();
  const asked = memory.recall('a', () => before.promise);
  memory.forget(() => false);
  before.resolve(0);
  expect(await asked).toBe(0);
  expect(await recall('a')).toBe(1);
});

test('the oldest makes room', async () => {
  const { recall } = createMemory(2);
  for (const key of ['a', 'b', 'c']) await recall(key);
  expect([await recall('c'), await recall('b'), await recall('a')]).toEqual([3, 2, 4]);
});
