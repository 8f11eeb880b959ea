import { expect, test } from 'vitest';
import { createWakeUps } from '../../src/providers/wake-ups.ts';

const never = new AbortController().signal;
const long = 60_000;

test('a wait ends when it is woken', async () => {
  const wakeUps = createWakeUps();
  const waited = wakeUps.wait(long, never);
  wakeUps.wake();
  await waited;
});

test('a wake-up between two waits ends the next one, and only that', async () => {
  const wakeUps = createWakeUps();
  await wakeUps.wait(1, never);
  wakeUps.wake();
  wakeUps.wake();
  await wakeUps.wait(long, never);
  const abort = new AbortController();
  const waited = wakeUps.wait(long, abort.signal);
  const reason = new Error('Enough of it.');
  abort.abort(reason);
  await expect(waited).rejects.toBe(reason);
});

test('a wait ends by itself where nobody wakes it', async () => {
  await createWakeUps().wait(1, never);
});

test('a wake-up does not hide that it was aborted', async () => {
  const wakeUps = createWakeUps();
  const reason = new Error('Enough of it.');
  wakeUps.wake();
  await expect(wakeUps.wait(long, AbortSignal.abort(reason))).rejects.toBe(reason);
});
