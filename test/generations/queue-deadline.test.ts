import { afterAll, beforeAll, expect, test } from 'vitest';
import { expireQueuedRows } from '../../src/database/expire-queued.ts';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow, generate } from '../support/documents.ts';
import { collect, readRow, submit, typesOf, waitForEnd } from '../support/generations.ts';

// Without a worker of its own: what is submitted stays queued.
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ role: 'api' });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const readFailure = /* GraphQL */ `
  query ($id: ID!) { generation(id: $id) { status startedAt finishedAt failure { code message retryable stage categories } } }
`;

const submitDue = (deadlineSeconds: number | null) => submit(darkroom.client, { prompt: 'a cat', deadlineSeconds });

/** As if this many seconds had passed since they were accepted. */
async function letPass(seconds: number): Promise<void> {
  await darkroom.database.pool.query(
    `UPDATE "Generation" SET "createdAt" = "createdAt" - $1 * interval '1 second',
      "deadlineAt" = "deadlineAt" - $1 * interval '1 second'`,
    [seconds],
  );
}

const expire = () => expireQueuedRows(darkroom.database.pool, { at: new Date(), limit: 100 });
const keyOf = (id: string) => decodeKey(id, 'Generation');

test.each([0, -1, 86_401, 1_000_000_000])('a deadline of %d seconds is refused', async (deadlineSeconds) => {
  const { generateImage } = await darkroom.client.query(generate, { input: { prompt: 'a cat', deadlineSeconds } });
  expect(generateImage).toMatchObject({
    __typename: 'InvalidInput',
    issues: [{ path: ['input', 'deadlineSeconds'], message: 'A deadline is 1 to 86400 seconds.' }],
  });
});

test.each([1.5, 1e10, '60'])('a deadline of %j is no Int', async (deadlineSeconds) => {
  const { data, errors } = await darkroom.client.ask(generate, { input: { prompt: 'a cat', deadlineSeconds } });
  expect(data).toBeUndefined();
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
});

test.each([1, 86_400])('a deadline of %d seconds counts from the acceptance on', async (deadlineSeconds) => {
  const id = keyOf(await submitDue(deadlineSeconds));
  const { createdAt, deadlineAt } = await darkroom.database.prisma.generation.findUniqueOrThrow({ where: { id } });
  expect((deadlineAt?.getTime() ?? 0) - createdAt.getTime()).toBe(deadlineSeconds * 1_000);
});

test('a queued generation fails when its deadline has passed, and who watches it is told; the others run', async () => {
  const [due, later, never] = [await submitDue(60), await submitDue(3_600), await submitDue(null)];
  const watched = collect(darkroom.client.subscribe(follow, { id: due }));
  await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(1);
  await letPass(61);
  // No worker is free for it: its job is gone.
  await darkroom.database.pool.query(`DELETE FROM pgboss.job WHERE data ->> 'generationId' = $1`, [keyOf(due)]);
  await using _worker = await startDarkroom({ role: 'worker', beside: darkroom });
  const snapshots = await watched;
  expect(typesOf(snapshots)).toEqual(['REQUEST_RECEIVED', 'FAILED']);
  const message = 'The deadline of 60 seconds passed before a worker was free.';
  expect(snapshots.at(-1)).toMatchObject({ status: 'FAILED', sequence: 2, message });
  const { generation } = await darkroom.client.query(readFailure, { id: due });
  const failure = { code: 'TIMED_OUT', message, retryable: true, stage: null, categories: [] };
  expect(generation).toEqual({ status: 'FAILED', startedAt: null, finishedAt: expect.any(String), failure });
  for (const id of [later, never])
    expect(await waitForEnd(darkroom.client, follow, id)).toMatchObject({ status: 'SUCCEEDED' });
});

test('many workers that look at the same time end each generation once', async () => {
  const ids = [await submitDue(1), await submitDue(1), await submitDue(1)];
  await letPass(2);
  const ended = (await Promise.all([expire(), expire(), expire(), expire()])).flat();
  expect(ended.toSorted()).toEqual(expect.arrayContaining(ids.map(keyOf).toSorted()));
  expect(new Set(ended).size).toBe(ended.length);
  for (const id of ids) {
    expect(await readRow(darkroom, id)).toMatchObject({ status: 'FAILED', sequences: [1, 2], lastSequence: 2 });
  }
  expect((await darkroom.client.query(readFailure, { id: ids[0] })).generation.failure.message).toBe(
    'The deadline of 1 second passed before a worker was free.',
  );
});

test('one that is just being claimed is left to its worker', async () => {
  const id = await submitDue(1);
  await letPass(2);
  await darkroom.database.transaction(async (connection) => {
    await connection.query('SELECT FROM "Generation" WHERE id = $1 FOR UPDATE', [keyOf(id)]);
    expect(await expire()).not.toContain(keyOf(id));
    await connection.query(`UPDATE "Generation" SET status = 'RUNNING' WHERE id = $1`, [keyOf(id)]);
  });
  expect(await expire()).not.toContain(keyOf(id));
});

test('one that was cancelled stays cancelled', async () => {
  const id = await submitDue(1);
  await darkroom.client.query(cancel, { id });
  await letPass(2);
  expect(await expire()).not.toContain(keyOf(id));
  expect(await readRow(darkroom, id)).toMatchObject({ status: 'CANCELLED', sequences: [1, 2] });
});
