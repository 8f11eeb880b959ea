import { expect, test, vi } from 'vitest';
import { createInbox } from '../../src/providers/comfyui/inbox.ts';

const frame = (bytes: number) => ({ type: 'frame', jobId: 'a', bytes: new Uint8Array([bytes]) }) as const;
const started = { type: 'started', jobId: 'a' } as const;
const { signal } = new AbortController();

test('everything is kept in its order, but of several looks only the newest', () => {
  const inbox = createInbox();
  for (const message of [frame(1), started, frame(2), started, frame(3)]) inbox.put(message);
  expect(inbox.take()).toEqual([started, started, frame(3)]);
  expect(inbox.take()).toEqual([]);
});

test('nobody waits for what is there already', async () => {
  const inbox = createInbox();
  inbox.put(started);
  await inbox.wait(60_000, signal);
  expect(inbox.take()).toEqual([started]);
});

test('waiting ends with a message, with a call, and with its time', async () => {
  const inbox = createInbox();
  const message = inbox.wait(60_000, signal);
  inbox.put(started);
  await message;
  inbox.take();
  const call = inbox.wait(60_000, signal);
  inbox.wake();
  await call;
  await inbox.wait(1, signal);
  expect(inbox.take()).toEqual([]);
});

test('waiting ends with the reason of its signal', async () => {
  const reason = new Error('Enough of it.');
  const abort = new AbortController();
  const waiting = createInbox().wait(60_000, abort.signal);
  abort.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(createInbox().wait(60_000, abort.signal)).rejects.toBe(reason);
});

test('no timer is left behind', async () => {
  vi.useFakeTimers();
  const inbox = createInbox();
  const waiting = inbox.wait(60_000, signal);
  expect(vi.getTimerCount()).toBe(1);
  inbox.put(started);
  await waiting;
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
