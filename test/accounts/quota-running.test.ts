import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow } from '../support/documents.ts';
import { readRow, submit, waitForEnd } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { changeQuota, createKey, createLimitedUser, expectCounted, quotaOf } from '../support/quota.ts';
import { createStage, paintAfter, paintAll } from '../support/stage.ts';

const stage = createStage();
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider], concurrency: 4 });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

function createHeld() {
  const hold = createHold();
  const prompt = stage.prompt(paintAfter(hold));
  return { ...hold, input: { prompt } };
}

const statusOf = async (id: string) => (await readRow(darkroom, id))?.status;

/** Its job was taken, and let go. */
const untilLetGo = (id: string) =>
  expect
    .poll(async () => {
      const query = `SELECT count(*)::int AS n FROM pgboss.job WHERE data ->> 'generationId' = $1 AND state < 'completed'`;
      return (await darkroom.database.pool.query(query, [decodeKey(id, 'Generation')])).rows[0].n;
    })
    .toBe(0);

test('of a user who may run one at once the second waits, holds up nobody else, and starts when the first ends', async () => {
  const { client } = await createLimitedUser(darkroom, { running: 1 });
  const [one, two] = [createHeld(), createHeld()];
  const first = await submit(client, one.input);
  await one.reached;
  const second = await submit(client, two.input);
  await untilLetGo(second);
  expect(await statusOf(second)).toBe('QUEUED');
  expect(await quotaOf(client)).toMatchObject({ RUNNING: { limit: '1.000000', used: '1.000000', resetsAt: null } });
  expect(await waitForEnd(darkroom.client, follow, await submit(darkroom.client, { prompt: 'b' }))).toMatchObject({
    status: 'SUCCEEDED',
  });
  one.release();
  await waitForEnd(client, follow, first);
  await two.reached;
  two.release();
  expect(await waitForEnd(client, follow, second)).toMatchObject({ status: 'SUCCEEDED' });
  expect((await readRow(darkroom, second))?.types.filter((type) => type === 'STARTED')).toHaveLength(1);
  await expectCounted(darkroom.database);
});

test('of twenty at once never more run than may, and all come to their end', async () => {
  const { client } = await createLimitedUser(darkroom, { running: 2 });
  let running = 0;
  let most = 0;
  const prompt = stage.prompt(async function* (order) {
    running += 1;
    most = Math.max(most, running);
    const pictures = await Array.fromAsync(paintAll(order));
    running -= 1;
    yield* pictures;
  });
  const ids = await Promise.all(Array.from({ length: 20 }, () => submit(client, { prompt })));
  const ends = await Promise.all(ids.map((id) => waitForEnd(client, follow, id)));
  expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED']));
  expect(most).toBeLessThanOrEqual(2);
  expect(await quotaOf(client)).toMatchObject({ RUNNING: { used: '0.000000' } });
  await expectCounted(darkroom.database);
});

test('a running one that is cancelled makes room for the next', async () => {
  const { client } = await createLimitedUser(darkroom, { running: 1 });
  const one = createHeld();
  const first = await submit(client, one.input);
  await one.reached;
  const second = await submit(client, { prompt: 'next' });
  await untilLetGo(second);
  await client.query(cancel, { id: first });
  expect(await waitForEnd(client, follow, second)).toMatchObject({ status: 'SUCCEEDED' });
});

test('a key that is full keeps back its own generations and not those of another key', async () => {
  const { client } = await createLimitedUser(darkroom, { running: 3 });
  const name = client.headers.authorization?.replace('Test ', '') ?? '';
  const [narrow, wide] = [await createKey(darkroom, name, { RUNNING: '1' }), await createKey(darkroom, name, {})];
  const one = createHeld();
  const first = await submit(narrow.client, one.input);
  await one.reached;
  const second = await submit(narrow.client, { prompt: 'second' });
  await untilLetGo(second);
  expect(await waitForEnd(client, follow, await submit(wide.client, { prompt: 'wide' }))).toMatchObject({
    status: 'SUCCEEDED',
  });
  expect(await statusOf(second)).toBe('QUEUED');
  one.release();
  await waitForEnd(client, follow, first);
  expect(await waitForEnd(client, follow, second)).toMatchObject({ status: 'SUCCEEDED' });
});

test('what waits when a limit is lifted starts by the next sweep at the latest, and what is asked for then at once', async () => {
  const { id, client } = await createLimitedUser(darkroom, { running: 0 });
  const first = await submit(client, { prompt: 'first' });
  await untilLetGo(first);
  await changeQuota(darkroom, id, { running: 1 });
  expect(await waitForEnd(client, follow, await submit(client, { prompt: 'second' }))).toMatchObject({
    status: 'SUCCEEDED',
  });
  expect(await waitForEnd(client, follow, first)).toMatchObject({ status: 'SUCCEEDED' });
});
