import { expect, test } from 'vitest';
import { findUnfinishedGenerations } from '../../src/database/find-generations.ts';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { submit, waitForEnd } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { createStage, paintAfter } from '../support/stage.ts';

const many = 30;
const concurrency = 2;
const inputs = Array.from({ length: many }, (_, index) => ({ prompt: `one of many, ${index}` }));

/** In the order in which workers took them. */
async function readOrder({ database }: Darkroom): Promise<readonly { id: string; user: string }[]> {
  const { rows } = await database.pool.query(`
    SELECT g.id, u.subject AS user FROM "Generation" g JOIN "User" u ON u.id = g."userId"
    WHERE "startedAt" IS NOT NULL ORDER BY g."startedAt", g.id`);
  return rows;
}

test('one user’s many generations don’t delay another’s one', async () => {
  const stage = createStage();
  await using darkroom = await startDarkroom({ providers: [stage.provider], concurrency });
  const holds = [createHold(), createHold()];
  // The many begin, and are held until the other one has asked.
  for (const hold of holds) {
    const prompt = stage.prompt(paintAfter(hold));
    await submit(darkroom.client, { prompt });
    await hold.reached;
  }
  await Promise.all(inputs.map((input) => submit(darkroom.client, input)));
  const other = darkroom.as('bob');
  const id = await submit(other, { prompt: 'the only one' });
  for (const hold of holds) hold.release();
  expect(await waitForEnd(other, follow, id)).toMatchObject({ status: 'SUCCEEDED' });
  await expect.poll(async () => (await readOrder(darkroom)).length, { timeout: 20_000 }).toBe(many + 3);
  const place = (await readOrder(darkroom)).findIndex(({ id: each }) => each === decodeKey(id, 'Generation'));
  // Behind the two that ran, the first of the many, and what the other slot took in that moment.
  expect(place).toBeLessThanOrEqual(5);
});

test('of two users with many the turns alternate, and of each the older come first', async () => {
  await using api = await startDarkroom({ role: 'api' });
  for (const input of inputs.slice(0, 10)) await submit(api.as('carol'), input);
  for (const input of inputs.slice(0, 10)) await submit(api.as('dave'), input);
  await using _worker = await startDarkroom({ role: 'worker', beside: api, concurrency: 1 });
  await expect.poll(async () => (await readOrder(api)).length, { timeout: 20_000 }).toBe(20);
  const order = await readOrder(api);
  const firstTen = order.slice(0, 10).filter(({ user }) => user === 'dave');
  expect(firstTen.length).toBeGreaterThanOrEqual(4);
  for (const user of ['carol', 'dave']) {
    const own = order.filter((each) => each.user === user).map(({ id }) => id);
    expect(own).toEqual(own.toSorted());
  }
});

test('what lost its job comes again in its user’s turn', async () => {
  await using api = await startDarkroom({ role: 'api' });
  for (const input of inputs.slice(0, 5)) await submit(api.as('erin'), input);
  await submit(api.as('frank'), { prompt: 'one' });
  await api.database.pool.query('DELETE FROM pgboss.job');
  await api.database.pool.query(`UPDATE "Generation" SET "createdAt" = "createdAt" - interval '1 minute'`);
  const found = await findUnfinishedGenerations(api.database.pool, { before: new Date(), limit: 2 });
  expect(found.map(({ before }) => before)).toEqual([0, 0]);
});
