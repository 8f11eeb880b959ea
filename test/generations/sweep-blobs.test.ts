import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { claimPeriodicTask } from '../../src/database/claim-periodic-task.ts';
import { type SweepOptions, startBlobSweep, sweepBlobs } from '../../src/generations/sweep-blobs.ts';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { createLogger } from '../../src/log.ts';
import { inputName, originalName, withVariants } from '../../src/storage/blob-names.ts';
import type { ImageStore } from '../../src/storage/image-store.ts';
import { noise } from '../pictures/sample-pictures.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow } from '../support/documents.ts';
import { submit, waitForEnd } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { openImages } from '../support/images.ts';
import { uploadAs } from '../support/multipart.ts';
import { createStage, paintAfter } from '../support/stage.ts';

const stage = createStage();
/** Everything counts as old. */
const atOnce = { orphanAgeMilliseconds: 0, rowAgeMilliseconds: 0 };

let darkroom: Darkroom;
let store: ImageStore;
let lines: { readonly level: number; readonly imageIds?: readonly string[] }[];
beforeEach(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
  store = openImages(darkroom.config);
  lines = [];
});
afterEach(() => darkroom[Symbol.asyncDispose]());

const log = createLogger({
  level: 'info',
  destination: new Writable({
    write(chunk, _, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  }),
});

function sweep(options: SweepOptions = atOnce) {
  return sweepBlobs({ database: darkroom.database, images: store, log }, options);
}

async function namesBelow(prefix: string): Promise<readonly string[]> {
  return (await store.list(prefix)).map(({ name }) => name);
}

async function putBlobs(names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => store.put({ name, bytes: Buffer.from('any'), mediaType: 'image/png' })));
}

/** A finished generation and an upload, with variants and all. */
async function fill(): Promise<{ readonly generation: string; readonly upload: string }> {
  const size = { pixels: { width: 400, height: 400 } };
  const generation = await submit(darkroom.client, { prompt: 'nothing at all', count: 2, size });
  await waitForEnd(darkroom.client, follow, generation);
  const { image } = await uploadAs(darkroom.client, await noise(400, 400).png().toBuffer());
  return { generation, upload: image.id };
}

const newOutput = (generationId: string = randomUUID()) => originalName({ generationId, attempt: 1, position: 0 });
const newInput = () => inputName({ userId: randomUUID(), imageId: randomUUID() });

test('what has a row stays, and nothing is said', async () => {
  await fill();
  const before = [await namesBelow('g/'), await namesBelow('i/')];
  expect(before.map((names) => names.length)).toEqual([4, 2]);
  expect(await sweep()).toEqual({ removed: 0, spared: 0, missing: 0 });
  expect([await namesBelow('g/'), await namesBelow('i/')]).toEqual(before);
  expect(lines).toEqual([]);
});

test('blobs without a row are removed with their smaller variants, wherever pages end', async () => {
  await fill();
  const kept = [...(await namesBelow('g/')), ...(await namesBelow('i/'))];
  const [whole, bare, input] = [newOutput(), newOutput(), newInput()];
  // A process that was killed between the variants and the original leaves the former alone.
  const [, ...variantsAlone] = withVariants(newOutput());
  const orphans = [...withVariants(whole), bare, ...withVariants(input), ...variantsAlone];
  await putBlobs(orphans);
  expect(await sweep({ ...atOnce, pageSize: 2 })).toEqual({ removed: 4, spared: 0, missing: 0 });
  expect([...(await namesBelow('g/')), ...(await namesBelow('i/'))]).toEqual(kept);
});

test('blobs that are younger than a day stay, whether or not they have a row', async () => {
  await fill();
  const orphan = newOutput();
  await putBlobs([orphan]);
  expect(await sweep({})).toEqual({ removed: 0, spared: 0, missing: 0 });
  expect(await namesBelow(orphan)).toEqual([orphan]);
});

test('blobs of a generation that has not ended stay however old they are, and go when it has', async () => {
  const hold = createHold();
  const prompt = stage.prompt(paintAfter(hold));
  const id = await submit(darkroom.client, { prompt });
  await hold.reached;
  const names = withVariants(newOutput(decodeKey(id, 'Generation')));
  await putBlobs(names);
  expect(await sweep()).toMatchObject({ removed: 0 });
  expect(await namesBelow(names[0] ?? '')).toEqual(names);
  await darkroom.client.query(cancel, { id });
  await waitForEnd(darkroom.client, follow, id);
  expect(await sweep()).toMatchObject({ removed: 1 });
  expect(await namesBelow(names[0] ?? '')).toEqual([]);
});

test('what somebody else put into the container stays', async () => {
  await fill();
  const foreign = ['g/notes.txt', 'i/backup/2026', 'elsewhere/1'];
  await putBlobs(foreign);
  expect(await sweep()).toMatchObject({ removed: 0 });
  expect(await namesBelow('g/notes')).toEqual(['g/notes.txt']);
  expect(await namesBelow('i/backup')).toEqual(['i/backup/2026']);
});

test.for([1, 1000])('rows whose blobs are missing are told, with pages of %i', async (pageSize) => {
  await fill();
  const { generation, upload } = await fill();
  const images = await darkroom.database.prisma.image.findMany({
    where: { OR: [{ generationId: decodeKey(generation, 'Generation') }, { id: decodeKey(upload, 'Image') }] },
  });
  const lost = images.filter(({ position }) => position !== 0);
  // The smaller variants are still there, and stand for nothing.
  await store.remove(lost.map(({ blobName }) => blobName));
  expect(await sweep({ ...atOnce, pageSize })).toEqual({ removed: 0, spared: 0, missing: lost.length });
  expect(lines).toMatchObject([{ level: 40, missing: lost.length }]);
  expect(lines[0]?.imageIds?.toSorted()).toEqual(lost.map(({ id }) => id).toSorted());
});

test('a row that was just written is not missed', async () => {
  await fill();
  await store.remove([...(await namesBelow('g/')), ...(await namesBelow('i/'))]);
  expect(await sweep({})).toMatchObject({ missing: 0 });
});

test('a store that lost everything is told as such', async () => {
  await fill();
  await store.remove([...(await namesBelow('g/')), ...(await namesBelow('i/'))]);
  expect(await sweep()).toEqual({ removed: 0, spared: 0, missing: 3 });
});

test('a database that knows none of many pictures removes none', async () => {
  await fill();
  const names = Array.from({ length: 30 }, () => newOutput());
  await putBlobs(names);
  expect(await sweep()).toEqual({ removed: 0, spared: 30, missing: 0 });
  expect(lines).toMatchObject([{ level: 50, spared: 30 }]);
  expect(await namesBelow('g/')).toEqual(expect.arrayContaining(names));
});

test('a new database removes nothing that is older than itself', async () => {
  await fill();
  const orphan = newOutput();
  await putBlobs([orphan]);
  await darkroom.database.pool.query(`UPDATE "User" SET "createdAt" = now() + interval '2 hours'`);
  expect(await sweep()).toMatchObject({ removed: 0 });
  await darkroom.database.pool.query(`UPDATE "User" SET "createdAt" = now()`);
  expect(await sweep()).toMatchObject({ removed: 1 });
});

test('a sweep ends between two pages when its process stops', async () => {
  await fill();
  const abort = new AbortController();
  const images = {
    ...store,
    remove: async (names: Iterable<string>) => {
      await store.remove(names);
      abort.abort(new Error('The process stops.'));
    },
  };
  const options = { ...atOnce, pageSize: 1, signal: abort.signal };
  await expect(sweepBlobs({ database: darkroom.database, images, log }, options)).rejects.toThrow('The process stops.');
});

test('one of all processes sweeps, once an hour', async () => {
  const task = { name: 'any', everyMilliseconds: 3_600_000 };
  const { pool } = darkroom.database;
  const claims = await Promise.all(Array.from({ length: 4 }, () => claimPeriodicTask(pool, task)));
  expect(claims.filter(Boolean)).toHaveLength(1);
  await pool.query(`UPDATE "PeriodicTask" SET "startedAt" = now() - interval '59 minutes'`);
  expect(await claimPeriodicTask(pool, task)).toBe(false);
  await pool.query(`UPDATE "PeriodicTask" SET "startedAt" = now() - interval '61 minutes'`);
  expect(await claimPeriodicTask(pool, task)).toBe(true);
});

test('workers look every ten minutes whether a sweep is due', async () => {
  await fill();
  const walked = vi.fn(store.walk);
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    await using _sweep = startBlobSweep({ database: darkroom.database, images: { ...store, walk: walked }, log });
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    await expect.poll(() => walked.mock.calls.map(([prefix]) => prefix)).toEqual(['g/', 'i/']);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
  } finally {
    vi.useRealTimers();
  }
  expect(walked).toHaveBeenCalledTimes(2);
});
