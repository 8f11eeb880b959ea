import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createPump } from '../../src/queue/pump.ts';
import type { WorkerSlot } from '../../src/queue/slots.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pollMilliseconds = 1_000;

/** Items that wait, and runs that last until the test ends them. */
function setUp(concurrency: number) {
  const waiting: number[] = [];
  const running = new Map<number, () => void>();
  const slots = new Map<number, WorkerSlot>();
  const asked: number[] = [];
  const errors: unknown[] = [];
  let failNext = false;
  const pump = createPump<number>({
    concurrency,
    maxHeld: 4,
    pollMilliseconds,
    onError: (error) => errors.push(error),
    async fetch(count) {
      asked.push(count);
      if (failNext) {
        failNext = false;
        throw new Error('the queue is away');
      }
      return waiting.splice(0, count);
    },
    run: (item, slot) => {
      slots.set(item, slot);
      return new Promise<void>((resolve) => running.set(item, resolve));
    },
  });
  const finish = (item: number) => {
    running.get(item)?.();
    running.delete(item);
  };
  const settle = () => vi.advanceTimersByTimeAsync(0);
  const fail = () => {
    failNext = true;
  };
  return { pump, waiting, running, slots, asked, errors, finish, settle, fail };
}

test('fills every free place, and no more', async () => {
  const { waiting, running, finish, settle, pump } = setUp(2);
  waiting.push(1, 2, 3, 4);
  pump.wake();
  await settle();
  expect([...running.keys()]).toEqual([1, 2]);
  finish(1);
  await settle();
  expect([...running.keys()]).toEqual([2, 3]);
});

test('asks for as many items as there are free places, and not while there is none', async () => {
  const { waiting, asked, settle, pump, finish } = setUp(3);
  await settle();
  waiting.push(1, 2, 3, 4);
  pump.wake();
  await settle();
  pump.wake();
  await settle();
  expect(asked).toEqual([3, 3]);
  finish(2);
  await settle();
  expect(asked).toEqual([3, 3, 1]);
});

test('does not ask again after a fetch that left room, until it is woken', async () => {
  const { waiting, running, asked, settle, pump, finish } = setUp(2);
  await settle();
  waiting.push(1);
  pump.wake();
  await settle();
  expect(asked).toEqual([2, 2]);
  finish(1);
  await settle();
  expect(asked).toEqual([2, 2]);
  waiting.push(2);
  pump.wake();
  await settle();
  expect([...running.keys()]).toEqual([2]);
});

test('remembers a wake-up that came while there was no room', async () => {
  const { waiting, running, settle, pump, finish } = setUp(1);
  waiting.push(1);
  pump.wake();
  await settle();
  waiting.push(2);
  pump.wake();
  await settle();
  expect([...running.keys()]).toEqual([1]);
  finish(1);
  await settle();
  expect([...running.keys()]).toEqual([2]);
});

test('looks by itself now and then', async () => {
  const { waiting, running, settle } = setUp(1);
  await settle();
  waiting.push(1);
  await settle();
  expect(running.size).toBe(0);
  await vi.advanceTimersByTimeAsync(pollMilliseconds);
  expect([...running.keys()]).toEqual([1]);
});

test('tells of a queue that is away, and looks again', async () => {
  const { waiting, running, settle, errors, fail, pump } = setUp(1);
  await settle();
  waiting.push(1);
  fail();
  pump.wake();
  await settle();
  expect(errors).toEqual([new Error('the queue is away')]);
  await vi.advanceTimersByTimeAsync(pollMilliseconds);
  expect([...running.keys()]).toEqual([1]);
});

test('takes nothing new once it stops, and waits for what runs', async () => {
  const { waiting, running, settle, finish, pump } = setUp(1);
  waiting.push(1, 2);
  pump.wake();
  await settle();
  let stopped = false;
  const stopping = pump[Symbol.asyncDispose]().then(() => {
    stopped = true;
  });
  await vi.advanceTimersByTimeAsync(10 * pollMilliseconds);
  expect(stopped).toBe(false);
  finish(1);
  await stopping;
  expect([...running.keys()]).toEqual([]);
  expect(waiting).toEqual([2]);
});

test('an item that has left its slot makes room for another, up to the most that are held', async () => {
  const { waiting, running, slots, settle, pump } = setUp(1);
  waiting.push(1, 2, 3, 4, 5);
  pump.wake();
  for (const item of [1, 2, 3, 4, 5]) {
    await settle();
    slots.get(item)?.leave();
  }
  await settle();
  expect([...running.keys()]).toEqual([1, 2, 3, 4]);
});

test('an item that comes back waits until the slot is free, and comes before new ones', async () => {
  const { waiting, running, slots, finish, settle, pump } = setUp(1);
  waiting.push(1, 2, 3);
  pump.wake();
  await settle();
  slots.get(1)?.leave();
  await settle();
  let back = false;
  void slots
    .get(1)
    ?.enter(new AbortController().signal)
    .then(() => {
      back = true;
    });
  await settle();
  expect({ back, running: [...running.keys()] }).toEqual({ back: false, running: [1, 2] });
  finish(2);
  await settle();
  expect({ back, running: [...running.keys()] }).toEqual({ back: true, running: [1] });
  finish(1);
  await settle();
  expect([...running.keys()]).toEqual([3]);
});

test('who is stopped while waiting for a slot does not take one', async () => {
  const { waiting, running, slots, finish, settle, pump } = setUp(1);
  waiting.push(1, 2, 3);
  pump.wake();
  await settle();
  slots.get(1)?.leave();
  await settle();
  const abort = new AbortController();
  const reason = new Error('Enough of it.');
  const entering = slots.get(1)?.enter(abort.signal);
  abort.abort(reason);
  await expect(entering).rejects.toBe(reason);
  finish(2);
  await settle();
  expect([...running.keys()]).toEqual([1, 3]);
});
