import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { generationPrefix, originalName } from '../../src/storage/blob-names.ts';
import { createScriptedProvider } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { submit } from '../support/generations.ts';
import { createHold, type Hold } from '../support/hold.ts';
import { openImages } from '../support/images.ts';
import { paintAll } from '../support/stage.ts';

// A worker that wakes up with a picture when another one, written by hand, has ended its generation.
let api: Darkroom;
beforeAll(async () => {
  api = await startDarkroom({ role: 'api' });
});
afterAll(() => api[Symbol.asyncDispose]());

const document = `query ($id: ID!) { generation(id: $id) {
  status costUsd attempts { number outcome costUsd } images { id }
} }`;

/** Hears no signal, and makes its pictures when it is let go. */
function createDeaf(hold: Hold): Provider {
  const provider = createScriptedProvider(async function* (order) {
    await hold.wait();
    yield* paintAll(order);
  });
  return { ...provider, repeatable: false };
}

test('a picture that comes after its generation has ended is kept with it, and its cost recorded', async () => {
  const id = await submit(api.client, { prompt: 'late', count: 2 });
  const key = decodeKey(id, 'Generation');
  const hold = createHold();
  await using worker = await startDarkroom({ role: 'worker', beside: api, providers: [createDeaf(hold)] });
  await hold.reached;
  // As another worker ends it that has taken it over meanwhile.
  await api.database.pool.query(`UPDATE "Attempt" SET outcome = 'UNKNOWN' WHERE "generationId" = $1`, [key]);
  await api.database.pool.query(
    `UPDATE "Generation" SET status = 'FAILED', "leaseToken" = $2, "finishedAt" = now() WHERE id = $1`,
    [key, randomUUID()],
  );
  hold.release();
  await worker[Symbol.asyncDispose]();
  const { generation } = await api.client.query(document, { id });
  expect(generation).toMatchObject({
    status: 'FAILED',
    costUsd: '0.020000',
    attempts: [{ outcome: 'SUCCEEDED', costUsd: '0.020000' }],
    images: [{}, {}],
  });
});

test('a picture that comes after another run has made it leaves no bytes behind', async () => {
  const id = await submit(api.client, { prompt: 'made twice' });
  const key = decodeKey(id, 'Generation');
  const hold = createHold();
  await using worker = await startDarkroom({ role: 'worker', beside: api, providers: [createDeaf(hold)] });
  await hold.reached;
  // As another worker ends it that has made the picture.
  await api.database.pool.query(
    `WITH ended AS (
       UPDATE "Generation" SET status = 'SUCCEEDED', "leaseToken" = $2, "finishedAt" = now() WHERE id = $1 RETURNING *
     ), attempt AS (
       INSERT INTO "Attempt" ("generationId", number, kind, provider, model, outcome, positions, "startedAt")
       SELECT id, 2, 'GENERATE', provider, "modelSlug", 'SUCCEEDED', '{0}', now() FROM ended
     )
     INSERT INTO "Image" (id, "userId", origin, sha256, "blobName", "mediaType", width, height, "sizeBytes", "thumbHash",
       "generationId", "attemptNumber", position, "createdAt")
     SELECT $2, "userId", 'GENERATED', repeat('0', 64), $3, 'image/png', 64, 64, 1, '', id, 2, 0, now() FROM ended`,
    [key, randomUUID(), originalName({ generationId: key, attempt: 2, position: 0 })],
  );
  hold.release();
  await worker[Symbol.asyncDispose]();
  expect(await openImages(api.config).list(generationPrefix(key))).toEqual([]);
});
