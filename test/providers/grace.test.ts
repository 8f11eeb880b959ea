import { expect, test, vi } from 'vitest';
import { createGrace } from '../../src/providers/grace.ts';
import { LeaveRunning } from '../../src/providers/leave-running.ts';

const reason = new Error('Enough of it.');

test('what was made before an abort may be fetched for half a minute after it', () => {
  vi.useFakeTimers();
  try {
    const abort = new AbortController();
    using grace = createGrace(abort.signal);
    vi.advanceTimersByTime(3_600_000);
    abort.abort(reason);
    vi.advanceTimersByTime(29_999);
    expect(grace.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(grace.signal.reason).toBe(reason);
  } finally {
    vi.useRealTimers();
  }
});

test('nothing is fetched any more where the work is left to another process', () => {
  const abort = new AbortController();
  using grace = createGrace(abort.signal);
  const left = new LeaveRunning();
  abort.abort(left);
  expect(grace.signal.reason).toBe(left);
});
