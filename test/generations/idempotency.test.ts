import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { claimIdempotencyKey } from '../../src/database/claim-idempotency-key.ts';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import { countStoredRows } from '../graphql/stored-rows.ts';
import { createBlankProvider } from '../support/blank-provider.ts';
import type { Answer, Variables } from '../support/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { remove } from '../support/documents.ts';
import { createHold } from '../support/hold.ts';
import { untilBlocked } from '../support/locks.ts';
import { createStage, paintAfter } from '../support/stage.ts';
import { generateOnce } from './generate-once.ts';

const stage = createStage();
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const createKey = () => crypto.randomUUID();

async function ask(variables: Variables, { as }: Darkroom = darkroom, user = 'alice') {
  return (await as(user).query(generateOnce, variables)).generateImage;
}

/** Nothing is accepted between two equal counts; the generations of other tests may still run. */
const countGenerations = () => darkroom.database.prisma.generation.count();

function expectReplay(answer: Answer['data'], first: Answer['data']): void {
  expect(answer).toMatchObject({ replayed: true, generation: { id: first.generation.id } });
}

test('the same request under the same key is answered with the same generation, again and again', async () => {
  const asked = { input: { prompt: 'a cat' }, key: createKey() };
  const first = await ask({ ...asked, waitSeconds: 20 });
  expect(first).toMatchObject({ replayed: false, generation: { status: 'SUCCEEDED' } });
  const before = await countGenerations();
  for (const waitSeconds of [0, 20]) {
    expect(await ask({ ...asked, waitSeconds })).toEqual({ ...first, replayed: true });
  }
  expect(await countGenerations()).toBe(before);
});

test('without a key, the same request twice is two generations', async () => {
  const [one, other] = [await ask({ input: { prompt: 'a cat' } }), await ask({ input: { prompt: 'a cat' } })];
  expect([one.replayed, other.replayed]).toEqual([false, false]);
  expect(one.generation.id).not.toBe(other.generation.id);
});

test('of a hundred at the same instant one is accepted, and all are answered with it', async () => {
  await using api = await startDarkroom({ role: 'api' });
  const asked = { input: { prompt: 'a cat' }, key: createKey() };
  const answers = await Promise.all(Array.from({ length: 100 }, () => ask(asked, api)));
  expect(new Set(answers.map(({ generation }) => generation.id)).size).toBe(1);
  expect(answers.filter(({ replayed }) => replayed)).toHaveLength(99);
  const { rows } = await api.database.pool.query(
    `SELECT count(*)::int AS n FROM pgboss.job WHERE name = 'run-generation'`,
  );
  expect(rows).toEqual([{ n: 1 }]);
  expect(await countStoredRows(api)).toMatchObject({ generations: 1, prompts: 1, events: 1 });
});

test('a replay of one that still runs waits for its end, where it is asked to', async () => {
  const hold = createHold();
  const prompt = stage.prompt(paintAfter(hold));
  const asked = { input: { prompt }, key: createKey() };
  const first = await ask(asked);
  await hold.reached;
  expect(await ask(asked)).toMatchObject({
    replayed: true,
    generation: { id: first.generation.id, status: 'RUNNING' },
  });
  const waiting = ask({ ...asked, waitSeconds: 60 });
  await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(1);
  hold.release();
  const answer = { replayed: true, generation: { id: first.generation.id, status: 'SUCCEEDED' } };
  expect(await waiting).toMatchObject(answer);
});

test('the order of fields and a default that is written out make no other request', async () => {
  const key = createKey();
  const size = { pixels: { width: 80, height: 64 } };
  const first = await ask({ key, input: { prompt: 'a cat', steps: 2, size } });
  const turned = { size: { pixels: { height: 64, width: 80 } }, steps: 2, prompt: 'a cat' };
  const written = { ...turned, count: 1, enhancePrompt: false, fallbackModels: [], seed: null, inputImages: [] };
  for (const input of [turned, written]) expectReplay(await ask({ key, input }), first);
});

test.each([
  { prompt: 'a dog' },
  { prompt: 'a cat ' },
  { prompt: 'a cat', count: 2 },
  { prompt: 'a cat', seed: '-1' },
  { prompt: 'a cat', model: 'blank/blank' },
])('another request under the same key conflicts: %o', async (input) => {
  const key = createKey();
  const { generation } = await ask({ key, input: { prompt: 'a cat' } });
  const before = await countGenerations();
  expect(await ask({ key, input })).toEqual({
    __typename: 'IdempotencyConflict',
    message: 'This idempotency key stands for another request.',
    conflicting: { id: generation.id },
  });
  expect(await countGenerations()).toBe(before);
});

test('a key is the user’s own: the same one of somebody else is another', async () => {
  const asked = { input: { prompt: 'a cat' }, key: createKey() };
  const alices = await ask(asked);
  const bobs = await ask({ ...asked, input: { prompt: 'a dog' } }, darkroom, 'bob');
  expect(bobs).toMatchObject({ __typename: 'GenerateImageSuccess', replayed: false });
  expect(bobs.generation.id).not.toBe(alices.generation.id);
  expectReplay(await ask(asked), alices);
});

async function expire(key: string): Promise<void> {
  const text = `UPDATE "IdempotencyKey" SET "expiresAt" = "expiresAt" - interval '1 day' WHERE key = $1`;
  expect(await darkroom.database.pool.query(text, [key])).toMatchObject({ rowCount: 1 });
}

test('a key that has expired is free again, for another request too', async () => {
  const key = createKey();
  const first = await ask({ key, input: { prompt: 'a cat' } });
  await expire(key);
  const second = await ask({ key, input: { prompt: 'a dog' } });
  expect(second).toMatchObject({ replayed: false });
  expect(second.generation.id).not.toBe(first.generation.id);
  expectReplay(await ask({ key, input: { prompt: 'a dog' } }), second);
});

test('a key lives for 24 hours', async () => {
  const key = createKey();
  await ask({ key, input: { prompt: 'a cat' } });
  const { expiresAt, generation } = await darkroom.database.prisma.idempotencyKey.findFirstOrThrow({
    where: { key },
    include: { generation: true },
  });
  expect(expiresAt.getTime() - (generation?.createdAt.getTime() ?? 0)).toBe(24 * 3_600_000);
});

test('workers remove keys that have expired, and no others', async () => {
  const [old, young] = [createKey(), createKey()];
  for (const key of [old, young]) await ask({ key, input: { prompt: 'a cat' } });
  await expire(old);
  const kept = () => darkroom.database.prisma.idempotencyKey.findMany({ where: { key: { in: [old, young] } } });
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    await using _worker = await startDarkroom({ role: 'worker', beside: darkroom, providers: [stage.provider] });
    await vi.advanceTimersByTimeAsync(30_000);
    await expect.poll(async () => (await kept()).map(({ key }) => key)).toEqual([young]);
  } finally {
    vi.useRealTimers();
  }
});

test('a key whose generation was deleted is not used again: nothing is paid a second time in silence', async () => {
  const asked = { input: { prompt: 'a cat' }, key: createKey() };
  const { generation } = await ask({ ...asked, waitSeconds: 20 });
  await darkroom.client.query(remove, { id: generation.id });
  for (const prompt of ['a cat', 'a dog']) {
    expect(await ask({ ...asked, input: { prompt } })).toEqual({
      __typename: 'IdempotencyConflict',
      message: 'The generation of this idempotency key was deleted.',
      conflicting: null,
    });
  }
});

test('a replay is answered also where the model is off by now, or no longer there', async () => {
  const asked = { input: { prompt: 'a cat', model: 'blank/blank' }, key: createKey() };
  const first = await ask(asked);
  const off = { ...createBlankProvider(), offReason: 'There is no key.' };
  const [others] = [{ ...createBlankProvider(), name: 'other', models: [{ ...off.models[0], slug: 'other/other' }] }];
  for (const provider of [off, others]) {
    await using api = await startDarkroom({ role: 'api', beside: darkroom, providers: [provider as typeof off] });
    expectReplay(await ask(asked, api), first);
    expect(['ModelUnavailable', 'UnknownModel']).toContain((await ask({ ...asked, key: createKey() }, api)).__typename);
  }
});

test('a request that is refused leaves its key free', async () => {
  const key = createKey();
  for (const input of [{ prompt: '' }, { prompt: 'a cat', model: 'no/such' }, { prompt: 'a cat', count: 0 }]) {
    expect(await ask({ key, input })).not.toHaveProperty('replayed');
  }
  expect(await ask({ key, input: { prompt: 'a cat' } })).toMatchObject({ replayed: false });
});

test.each([
  ['no character', ''],
  ['256 characters', 'x'.repeat(256)],
  ['256 emoji', '🐈'.repeat(256)],
  ['10,000 characters', 'x'.repeat(10_000)],
  ['a NUL', 'a\0b'],
  ['half of a surrogate pair', 'a\ud83d'],
])('a key of %s is refused before anything is stored', async (_, key) => {
  const before = await countGenerations();
  expect(await ask({ key, input: { prompt: 'a cat' } })).toMatchObject({
    __typename: 'InvalidInput',
    issues: [{ path: ['idempotencyKey'], message: expect.stringContaining('idempotency key') }],
  });
  expect(await countGenerations()).toBe(before);
});

test.each([
  ['one letter', 'x'],
  ['one blank', ' '],
  ['255 emoji', '🐈'.repeat(255)],
  ['SQL', `'; DROP TABLE "Generation"; --`],
])('a key of %s is taken', async (_, key) => {
  const first = await ask({ key, input: { prompt: 'a cat' } });
  expect(first).toMatchObject({ replayed: false });
  expectReplay(await ask({ key, input: { prompt: 'a cat' } }), first);
});

/** What a request does while another one with its key is in the middle of its transaction, which then ends like this. */
async function askBeside(end: (generationId: string) => Promise<void>) {
  const { generation } = await ask({ input: { prompt: 'a cat' } });
  const key = createKey();
  const { userId } = await darkroom.database.prisma.generation.findUniqueOrThrow({
    where: { id: decodeKey(generation.id, 'Generation') },
  });
  const at = new Date();
  const expiresAt = new Date(at.getTime() + 60_000);
  const claimed = {
    userId,
    key,
    inputHash: 'of another request',
    generationId: decodeKey(generation.id, 'Generation'),
  };
  let waiting: ReturnType<typeof ask> | undefined;
  await darkroom.database
    .transaction(async (connection) => {
      expect(await claimIdempotencyKey(connection, { ...claimed, at, expiresAt })).toBe(true);
      waiting = ask({ key, input: { prompt: 'a dog' } });
      await untilBlocked(darkroom.database);
      const { rows } = await darkroom.database.pool.query(`SELECT query FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`);
      expect(rows[0].query).toContain('INSERT INTO "IdempotencyKey"');
      await end(generation.id);
    })
    .catch(() => undefined);
  return { first: generation.id as string, answer: await waiting };
}

test('who comes second waits for the first before anything is written, and sees what it has committed', async () => {
  const { first, answer } = await askBeside(async () => undefined);
  expect(answer).toMatchObject({ __typename: 'IdempotencyConflict', conflicting: { id: first } });
});

test('where the first fails after all, the second one is accepted', async () => {
  const { first, answer } = await askBeside(() => Promise.reject(new Error('rolled back')));
  expect(answer).toMatchObject({ __typename: 'GenerateImageSuccess', replayed: false });
  expect(answer.generation.id).not.toBe(first);
});
