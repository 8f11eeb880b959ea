import { expect, test, vi } from 'vitest';
import { startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { readRow, submit, waitForEnd } from '../support/generations.ts';

test('an emptied queue loses nothing: the sweep sends every unfinished generation again', async () => {
  await using api = await startDarkroom({ role: 'api' });
  const ids = await Promise.all(Array.from({ length: 5 }, () => submit(api.client, { prompt: 'nothing at all' })));
  await api.database.pool.query('TRUNCATE pgboss.job');
  // Old enough for the sweep.
  await api.database.pool.query(`UPDATE "Generation" SET "createdAt" = "createdAt" - interval '1 minute'`);
  // The sweep comes every thirty seconds, by a clock that the test moves.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    await using _worker = await startDarkroom({ role: 'worker', beside: api });
    const ends = Promise.all(ids.map((id) => waitForEnd(api.client, follow, id)));
    let over = false;
    void ends.then(() => {
      over = true;
    });
    const pass = async () => {
      await vi.advanceTimersByTimeAsync(1_000);
      return over;
    };
    await expect.poll(pass, { timeout: 10_000, interval: 10 }).toBe(true);
    expect((await ends).map(({ status }) => status)).toEqual(ids.map(() => 'SUCCEEDED'));
  } finally {
    vi.useRealTimers();
  }
  for (const id of ids) expect((await readRow(api, id))?.attempts).toHaveLength(1);
});
