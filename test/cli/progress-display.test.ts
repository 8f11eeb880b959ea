import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgressDisplay } from '../../src/cli/progress-display.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function createStream(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  return { written, stream: { isTTY, columns: 40, write } };
}

test('a terminal sees one line that is drawn anew, and nothing of it at the end', () => {
  const { written, stream } = createStream(true);
  using display = createProgressDisplay({ stream, color: false });
  display.show({ label: 'Queued' });
  vi.advanceTimersByTime(1_000);
  display.clear();
  vi.advanceTimersByTime(1_000);
  expect(written).toHaveLength(12);
  expect(written[0]).toBe('\r\x1b[K⠋ Queued       0.0 s');
  expect(written[10]).toBe('\r\x1b[K⠋ Queued       1.0 s');
  expect(written[11]).toBe('\r\x1b[K');
  expect(written.join('')).not.toContain('\n');
});

test('where it is no terminal, each stage is one plain line', () => {
  const { written, stream } = createStream(false);
  using display = createProgressDisplay({ stream, color: true });
  display.show({ label: 'Queued' });
  for (const step of [1, 2, 3]) display.show({ label: 'Generating', step, totalSteps: 3, fraction: step / 3 });
  vi.advanceTimersByTime(1_000);
  display.clear();
  expect(written).toEqual(['Queued …\n', 'Generating …\n']);
});
