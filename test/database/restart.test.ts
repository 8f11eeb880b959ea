import { afterAll, beforeAll, expect, test } from 'vitest';
import { isOutage } from '../../src/database/outage.ts';
import type { Darkroom } from '../support/darkroom.ts';
import { startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { collect, countUp, readRow, submit, typesOf } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { type OwnPostgres, startOwnPostgres } from '../support/own-postgres.ts';
import { createStage, paint, step } from '../support/stage.ts';

const stage = createStage();
let postgres: OwnPostgres;
let darkroom: Darkroom;
beforeAll(async () => {
  postgres = await startOwnPostgres();
  darkroom = await startDarkroom({ providers: [stage.provider], config: { DATABASE_URL: postgres.url } });
});
afterAll(async () => {
  await darkroom[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

/** What a story of one picture by one call leaves, once. */
const wholeStory = [
  ...['REQUEST_RECEIVED', 'STARTED', 'CALLING_PROVIDER', 'PROVIDER_ACCEPTED'],
  ...['IMAGE_GENERATED', 'IMAGE_STORED', 'SUCCEEDED'],
];

async function expectWholeStory(id: string): Promise<void> {
  const told = typesOf(await collect(darkroom.client.subscribe(follow, { id, afterSequence: 0 })));
  expect(told).toEqual(wholeStory);
  expect(await readRow(darkroom, id)).toMatchObject({
    status: 'SUCCEEDED',
    types: wholeStory,
    sequences: countUp(wholeStory.length),
    attempts: [{ number: 1, outcome: 'SUCCEEDED' }],
    images: [{ position: 0, attemptNumber: 1 }],
  });
}

test.each(['PROVIDER_ACCEPTED', 'IMAGE_GENERATED', 'IMAGE_STORED', 'SUCCEEDED'])(
  'a step whose answer is lost is written once (%s)',
  async (type) => {
    const hold = createHold();
    let calls = 0;
    const prompt = stage.prompt(async function* (order) {
      calls += 1;
      await hold.wait(order.signal);
      yield { type: 'accepted', providerRequestId: type };
      yield { type: 'text', text: 'Here it is.' };
      yield await paint(order, 0);
    });
    const id = await submit(darkroom.client, { prompt });
    await hold.reached;
    const before = postgres.proxy.lostAnswers;
    postgres.proxy.inflict({ kind: 'lose-answer', to: type });
    hold.release();
    await expectWholeStory(id);
    expect([postgres.proxy.lostAnswers - before, calls]).toEqual([1, 1]);
    const { text } = await darkroom.database.prisma.generation.findFirstOrThrow({ where: { prompt } });
    expect(text).toBe('Here it is.');
  },
);

test('what a model says is kept once, although the answer of the database is lost', async () => {
  const words = 'A sentence that nobody else says.';
  const prompt = stage.prompt(async function* (order) {
    postgres.proxy.inflict({ kind: 'lose-answer', to: words });
    yield { type: 'text', text: words };
    yield await paint(order, 0);
  });
  const before = postgres.proxy.lostAnswers;
  const id = await submit(darkroom.client, { prompt });
  await collect(darkroom.client.subscribe(follow, { id }));
  expect(postgres.proxy.lostAnswers - before).toBe(1);
  const { text } = await darkroom.database.prisma.generation.findFirstOrThrow({ where: { prompt } });
  expect(text).toBe(words);
});

test.each(['crash', 'stop'] as const)(
  'a picture that is made while the database is away is kept, and paid once (%s)',
  async (end) => {
    const hold = createHold();
    let calls = 0;
    const prompt = stage.prompt(async function* (order) {
      calls += 1;
      yield { type: 'accepted', providerRequestId: `job of a ${end}` };
      yield step(1, 2);
      await hold.wait(order.signal);
      yield await paint(order, 0);
    });
    const id = await submit(darkroom.client, { prompt });
    await hold.reached;
    await postgres[end]();
    const failure = await darkroom.database.pool.query('SELECT 1').catch((error: unknown) => error);
    expect(isOutage(failure)).toBe(true);
    hold.release();
    expect(await darkroom.client.ask('{ generations(first: 1) { edges { cursor } } }')).toMatchObject({
      errors: [{ extensions: { code: 'UNAVAILABLE' } }],
    });
    await postgres.start();
    await expectWholeStory(id);
    expect(calls).toBe(1);
  },
);
