import { afterEach, expect, test, vi } from 'vitest';
import { createOutageNews } from '../../src/database/outage-news.ts';

afterEach(() => void vi.useRealTimers());

test('an outage is news once in half a minute, and anything else each time', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const isNews = createOutageNews();
  const outage = Object.assign(new Error('terminating connection'), { code: '57P01' });
  const other = new Error('a mistake of ours');
  expect([outage, outage, other, other, outage].map(isNews)).toEqual([true, false, true, true, false]);
  vi.advanceTimersByTime(30_000);
  expect([outage, outage].map(isNews)).toEqual([true, false]);
});
