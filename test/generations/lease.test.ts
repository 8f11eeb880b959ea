import { randomUUID } from 'node:crypto';
import { v7 as createId } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claimGeneration } from '../../src/database/claim-generation.ts';
import type { Connection } from '../../src/database/database.ts';
import { endGeneration } from '../../src/database/end-generation.ts';
import { insertImage } from '../../src/database/insert-image.ts';
import { recordEvent } from '../../src/database/record-event.ts';
import { recordTicks } from '../../src/database/record-ticks.ts';
import { releaseGeneration } from '../../src/database/release-generation.ts';
import { startAttempt } from '../../src/database/start-attempt.ts';
import type { Step } from '../../src/database/step-statement.ts';
import { noAdvance } from '../../src/domain/progress.ts';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { countUp, readRow, submit } from '../support/generations.ts';
import { untilBlocked } from '../support/locks.ts';

// Nobody runs anything here: the tests are the workers.
let api: Darkroom;
beforeAll(async () => {
  api = await startDarkroom({ role: 'api' });
});
afterAll(() => api[Symbol.asyncDispose]());

const attempt = { kind: 'GENERATE', provider: 'blank', model: 'blank/blank', positions: [0] } as const;
const openAttempt = {
  number: 1,
  kind: 'GENERATE',
  model: 'blank/blank',
  outcome: 'RUNNING',
  providerRequestId: null,
  hasWebhook: false,
  startedAt: expect.any(String),
  positions: [0],
};
const failure = { code: 'INTERNAL', message: 'from the past', retryable: true, stage: null, categories: [] } as const;
const ending = { status: 'FAILED', failure, warnings: [] } as const;

async function submitOne(count = 1) {
  const id = await submit(api.client, { prompt: 'nothing at all', count });
  return { id, generationId: decodeKey(id, 'Generation') };
}

function claim(generationId: string, leaseToken: string) {
  return api.database.transaction((connection) =>
    claimGeneration(connection, { generationId, leaseToken, at: new Date() }),
  );
}

function toStep(generationId: string, leaseToken: string, given: Partial<Step> = {}): Step {
  return {
    generationId,
    leaseToken,
    at: new Date(),
    type: 'PROVIDER_ACCEPTED',
    message: null,
    attempt: 1,
    stage: 'GENERATING',
    advance: noAdvance,
    imagesStored: 0,
    ...given,
  };
}

async function writeImage(connection: Connection, step: Step) {
  const { rows } = await api.database.pool.query('SELECT "userId" FROM "Generation" WHERE id = $1', [
    step.generationId,
  ]);
  return insertImage(connection, step, {
    id: createId(),
    userId: rows[0].userId,
    attempt: 1,
    position: 0,
    sha256: '00',
    blobName: `g/${step.generationId}/1/0`,
    mediaType: 'image/png',
    width: 64,
    height: 64,
    sizeBytes: 100,
    thumbHash: '',
    seed: null,
    revisedPrompt: null,
  });
}

test('an old run that wakes up after its generation was taken over changes nothing, whatever it writes', async () => {
  const { id, generationId } = await submitOne();
  const { pool } = api.database;
  const [old, current] = [randomUUID(), randomUUID()];
  await claim(generationId, old);
  await startAttempt(pool, toStep(generationId, old, { type: 'CALLING_PROVIDER' }), attempt);
  const taken = await claim(generationId, current);
  expect(taken).toMatchObject({ takenOver: true, attempts: 1, storedPositions: [], status: 'RUNNING', lostWorkers: 1 });
  expect(taken?.openAttempts).toEqual([openAttempt]);
  const before = await readRow(api, id);

  const step = toStep(generationId, old);
  expect(await recordEvent(pool, step)).toBeUndefined();
  expect(await startAttempt(pool, { ...step, attempt: 2 }, attempt)).toBeUndefined();
  expect(await writeImage(pool, step)).toBeUndefined();
  expect(await endGeneration(pool, step, ending)).toBeUndefined();
  const tick = { ...noAdvance, at: new Date(), previewNumber: 0, preview: null };
  const ticks = await recordTicks(pool, [
    { ...tick, generationId, leaseToken: old, sequence: before?.lastSequence ?? 0, tick: 1 },
  ]);
  expect(ticks.size).toBe(0);
  expect(await readRow(api, id)).toEqual(before);

  // The one who holds it goes on.
  expect(await recordEvent(pool, toStep(generationId, current))).toMatchObject({ sequence: 5 });
});

test('a run that let go on purpose is not counted as a lost worker, and one that got further starts the count anew', async () => {
  const { generationId } = await submitOne(2);
  const { pool } = api.database;
  const leases = Array.from({ length: 5 }, () => randomUUID());
  const [first = '', second = '', third = '', fourth = '', fifth = ''] = leases;
  await claim(generationId, first);
  await releaseGeneration(pool, { generationId, leaseToken: first });
  expect(await claim(generationId, second)).toMatchObject({
    lostWorkers: 0,
    message: expect.stringContaining('stopped'),
  });
  expect(await claim(generationId, third)).toMatchObject({ lostWorkers: 1, message: expect.stringContaining('lost') });
  // Not the one who holds it.
  await releaseGeneration(pool, { generationId, leaseToken: second });
  expect(await claim(generationId, fourth)).toMatchObject({ lostWorkers: 2 });
  await writeImage(pool, toStep(generationId, fourth, { type: 'IMAGE_STORED', imagesStored: 1 }));
  expect(await claim(generationId, fifth)).toMatchObject({ lostWorkers: 1 });
});

test('a generation that has ended cannot be claimed, and not changed by the run that ended it', async () => {
  const { id, generationId } = await submitOne();
  const lease = randomUUID();
  await claim(generationId, lease);
  expect(await endGeneration(api.database.pool, toStep(generationId, lease, { type: 'FAILED' }), ending)).toBeDefined();
  const before = await readRow(api, id);
  expect(await recordEvent(api.database.pool, toStep(generationId, lease))).toBeUndefined();
  expect(await claim(generationId, randomUUID())).toBeUndefined();
  expect(await readRow(api, id)).toEqual(before);
});

test('of many workers that claim at once each gets its turn, and the last holds the lease', async () => {
  const { id, generationId } = await submitOne();
  const leases = Array.from({ length: 4 }, () => randomUUID());
  const claimed = await Promise.all(leases.map((lease) => claim(generationId, lease)));
  expect(claimed.filter((generation) => generation?.takenOver === false)).toHaveLength(1);
  const steps = await Promise.all(leases.map((lease) => recordEvent(api.database.pool, toStep(generationId, lease))));
  expect(steps.filter((step) => step !== undefined)).toHaveLength(1);
  expect((await readRow(api, id))?.sequences).toEqual(countUp(6));
});

/** A claim that comes while a step of the old run has written and not committed. */
async function claimDuring(generationId: string, write: (connection: Connection) => Promise<unknown>) {
  const step = await api.database.pool.connect();
  try {
    await step.query('BEGIN');
    await write(step);
    const claimed = claim(generationId, randomUUID());
    await untilBlocked(api.database);
    await step.query('COMMIT');
    return await claimed;
  } finally {
    step.release();
  }
}

test('a claim that meets a picture being stored knows of the picture', async () => {
  const { id, generationId } = await submitOne(2);
  const lease = randomUUID();
  await claim(generationId, lease);
  const stored = toStep(generationId, lease, { type: 'IMAGE_STORED', imagesStored: 1 });
  const claimed = await claimDuring(generationId, (connection) => writeImage(connection, stored));
  expect(claimed).toMatchObject({ storedPositions: [0] });
  const event = await api.database.prisma.generationEvent.findFirst({
    where: { generationId },
    orderBy: { sequence: 'desc' },
  });
  expect(event).toMatchObject({ type: 'STARTED', imagesStored: 1 });
  expect((await readRow(api, id))?.sequences).toEqual(countUp(4));
});

test('a claim that meets an attempt being started knows of the attempt, and that its end is not known', async () => {
  const { generationId } = await submitOne();
  const lease = randomUUID();
  await claim(generationId, lease);
  const called = toStep(generationId, lease, { type: 'CALLING_PROVIDER' });
  const claimed = await claimDuring(generationId, (connection) => startAttempt(connection, called, attempt));
  expect(claimed).toMatchObject({ attempts: 1, openAttempts: [openAttempt] });
});
