import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProgressSnapshot } from '../../src/domain/progress.ts';
import { watchGeneration } from '../../src/generations/watch.ts';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { createHub } from '../../src/hints/hub.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { submit, waitForEnd } from '../support/generations.ts';
import { createSnapshot } from '../support/snapshots.ts';

// The hub is the tests' own: they say when post comes, over the rows that a darkroom made.
let darkroom: Darkroom;
let generationId: string;
let userId: string;
let lastSequence: number;
const hub = createHub({ clock: { now: () => Date.now() } });
beforeAll(async () => {
  darkroom = await startDarkroom();
});
afterAll(() => darkroom[Symbol.asyncDispose]());

async function makeOne() {
  const id = await submit(darkroom.client, { prompt: 'nothing at all' });
  ({ sequence: lastSequence } = await waitForEnd(darkroom.client, follow, id));
  generationId = decodeKey(id, 'Generation');
  const row = await darkroom.database.prisma.generation.findUniqueOrThrow({ where: { id: generationId } });
  userId = row.userId;
}

const deliver = (given: Partial<ProgressSnapshot>) => hub.deliver(createSnapshot({ generationId, ...given }));

/** Back to a moment in the middle, as a watcher finds it that has come early. */
async function rewindTo(sequence: number) {
  await darkroom.database.pool.query('DELETE FROM "GenerationEvent" WHERE "generationId" = $1 AND sequence > $2', [
    generationId,
    sequence,
  ]);
  await darkroom.database.pool.query(`UPDATE "Generation" SET status = 'RUNNING', "lastSequence" = $2 WHERE id = $1`, [
    generationId,
    sequence,
  ]);
}

async function append(type: string, status: string) {
  await darkroom.database.pool.query(
    `WITH g AS (UPDATE "Generation" SET status = $3, "lastSequence" = "lastSequence" + 1 WHERE id = $1 RETURNING *)
    INSERT INTO "GenerationEvent" ("generationId", sequence, at, type, status, "imagesStored")
    SELECT id, "lastSequence", now(), $2, status, 0 FROM g`,
    [generationId, type, status],
  );
}

const mayRead = (ownerId: string) => ownerId === userId;

async function watch(afterSequence?: number) {
  return watchGeneration({ database: darkroom.database, hub }, { generationId, mayRead, afterSequence });
}

const positionOf = ({ value }: IteratorResult<ProgressSnapshot>) => value && `${value.sequence}.${value.tick}`;

test('post that leaves out a sequence makes the stream read what lies between from the table', async () => {
  await makeOne();
  await rewindTo(3);
  const stream = await watch();
  expect(positionOf(await stream.next())).toBe('3.0');
  await append('PROVIDER_ACCEPTED', 'RUNNING');
  await append('IMAGE_GENERATED', 'RUNNING');
  await append('SUCCEEDED', 'SUCCEEDED');
  deliver({ sequence: 6, status: 'SUCCEEDED', type: 'SUCCEEDED' });
  expect([await stream.next(), await stream.next(), await stream.next()].map(positionOf)).toEqual([
    '4.0',
    '5.0',
    '6.0',
  ]);
  expect((await stream.next()).done).toBe(true);
  expect(hub.mailboxCount).toBe(0);
});

test('a tick of an event that was missed brings the event first', async () => {
  await makeOne();
  await rewindTo(3);
  const stream = await watch(3);
  await append('PROVIDER_ACCEPTED', 'RUNNING');
  deliver({ sequence: 4, tick: 7 });
  expect(positionOf(await stream.next())).toBe('4.0');
  deliver({ sequence: 4, tick: 8 });
  expect(positionOf(await stream.next())).toBe('4.8');
  await stream.return?.();
  expect(hub.mailboxCount).toBe(0);
});

test('old post and post that comes twice is passed over', async () => {
  await makeOne();
  await rewindTo(3);
  const stream = await watch();
  expect(positionOf(await stream.next())).toBe('3.0');
  for (const [sequence, tick] of [
    [2, 0],
    [3, 0],
    [3, 2],
    [3, 1],
    [3, 2],
  ] as const) {
    deliver({ sequence, tick });
  }
  expect(positionOf(await stream.next())).toBe('3.2');
  deliver({ sequence: 3, tick: 4 });
  expect(positionOf(await stream.next())).toBe('3.4');
  await stream.return?.();
});

test('the end that waits in the post is delivered, though the generation was deleted meanwhile', async () => {
  await makeOne();
  await rewindTo(3);
  const stream = await watch();
  expect(positionOf(await stream.next())).toBe('3.0');
  deliver({ sequence: 6, status: 'SUCCEEDED', type: 'SUCCEEDED' });
  await darkroom.database.pool.query('DELETE FROM "Generation" WHERE id = $1', [generationId]);
  hub.end(generationId);
  expect((await stream.next()).value).toMatchObject({ sequence: 6, status: 'SUCCEEDED' });
  expect((await stream.next()).done).toBe(true);
  expect(hub.mailboxCount).toBe(0);
});

test('a stream of a generation that was deleted on the way completes', async () => {
  await makeOne();
  await rewindTo(3);
  const stream = await watch();
  expect(positionOf(await stream.next())).toBe('3.0');
  deliver({ sequence: 5 });
  await darkroom.database.pool.query('DELETE FROM "Generation" WHERE id = $1', [generationId]);
  expect((await stream.next()).done).toBe(true);
  expect(hub.mailboxCount).toBe(0);
});

test('watching what is not there leaves no mailbox behind', async () => {
  await makeOne();
  const stranger = { generationId, mayRead: () => false, afterSequence: undefined };
  await expect(watchGeneration({ database: darkroom.database, hub }, stranger)).rejects.toThrow('no such generation');
  await expect(watch(lastSequence + 1)).rejects.toThrow('afterSequence');
  expect((await (await watch(lastSequence)).next()).done).toBe(true);
  expect(hub.mailboxCount).toBe(0);
});
