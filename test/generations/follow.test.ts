import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Answer } from '../support/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { collect, countUp, ended, expectOrder, readRow, submit, toProgress, typesOf } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { createStage, paint, step } from '../support/stage.ts';

const stage = createStage();
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const transports = ['WebSocket', 'SSE'] as const;
type Transport = (typeof transports)[number];

function subscribe(transport: Transport, id: string, afterSequence?: number): AsyncIterable<Answer> {
  const { client } = darkroom;
  const variables = { id, afterSequence };
  return transport === 'SSE' ? client.subscribeSse(follow, variables) : client.subscribe(follow, variables);
}

/** Passes everything on, and tells when the first has come. */
async function* tellFirst(stream: AsyncIterable<Answer>, tell: () => void): AsyncIterable<Answer> {
  for await (const answer of stream) {
    tell();
    yield answer;
  }
}

test('clients that join before, in the middle and after the end see the same events in the same order', async () => {
  const beginning = createHold();
  const middle = createHold();
  const prompt = stage.prompt(async function* (order) {
    await beginning.wait();
    yield step(1, 4);
    yield await paint(order, 0);
    await middle.wait();
    yield step(3, 4);
    yield await paint(order, 1);
  });
  const id = await submit(darkroom.client, { prompt, count: 2 });
  await beginning.reached;
  const early = transports.map((transport) => collect(subscribe(transport, id, 0)));
  beginning.release();
  await middle.reached;
  const firsts = transports.map(() => Promise.withResolvers<void>());
  const joined = transports.map((transport, index) =>
    collect(tellFirst(subscribe(transport, id), () => firsts[index]?.resolve())),
  );
  const resumed = transports.map((transport) => collect(subscribe(transport, id, 2)));
  // All of them are there: each has a mailbox of its own, and who joins has seen how it stands.
  await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(6);
  await Promise.all(firsts.map(({ promise }) => promise));
  middle.release();
  const fromStart = await Promise.all(early);
  const fromMiddle = await Promise.all(joined);
  const fromSecond = await Promise.all(resumed);
  const late = await Promise.all(transports.map((transport) => collect(subscribe(transport, id))));

  const row = await readRow(darkroom, id);
  expect(row?.sequences).toEqual(countUp(row?.lastSequence ?? 0));
  for (const snapshots of fromStart) expect(typesOf(snapshots)).toEqual(row?.types);
  for (const snapshots of fromSecond) expect(typesOf(snapshots)).toEqual(row?.types.slice(2));
  for (const snapshots of fromMiddle) {
    const first = snapshots[0];
    expect(first).toMatchObject({ status: 'RUNNING', imagesStored: 1, sequence: 5 });
    const rest = snapshots.filter(({ event }) => event !== null && event.sequence > 5);
    expect(typesOf(rest)).toEqual(row?.types.slice(5));
  }
  const terminal = fromStart[0]?.at(-1);
  expect(terminal).toMatchObject({ status: 'SUCCEEDED', imagesStored: 2, event: { type: 'SUCCEEDED' } });
  for (const snapshots of late) expect(snapshots).toEqual([terminal]);
  for (const snapshots of [...fromStart, ...fromMiddle, ...fromSecond]) {
    expectOrder(snapshots);
    expect(snapshots.at(-1)).toEqual(terminal);
    expect(snapshots.filter(({ status }) => ended.includes(status))).toHaveLength(1);
  }
});

test.for(transports)(
  'an ended generation gives its rest after a sequence over %s, and nothing after its last',
  async (transport) => {
    const id = await submit(darkroom.client, { prompt: 'nothing at all' });
    const all = await collect(subscribe(transport, id, 0));
    const last = all.at(-1)?.sequence ?? 0;
    expect(await collect(subscribe(transport, id, last - 2))).toEqual(all.slice(-2));
    expect(await collect(subscribe(transport, id, last))).toEqual([]);
  },
);

test.for(transports)(
  'unknown ids and sequences that there are not are refused with a code over %s',
  async (transport) => {
    const id = await submit(darkroom.client, { prompt: 'nothing at all' });
    const [{ sequence = 0 } = {}] = (await collect(subscribe(transport, id))).slice(-1);
    const codeOf = async (stream: AsyncIterable<Answer>) => {
      const answers = await Array.fromAsync(stream);
      return answers.map(({ data, errors }) => data ?? errors?.map(({ extensions }) => extensions?.code));
    };
    expect(await codeOf(subscribe(transport, 'no id at all'))).toEqual([['NOT_FOUND']]);
    expect(await codeOf(subscribe(transport, id, sequence + 1))).toEqual([['BAD_USER_INPUT']]);
    expect(await codeOf(subscribe(transport, id, -1))).toEqual([['BAD_USER_INPUT']]);
    const stranger = darkroom.as('somebody else').subscribe(follow, { id });
    expect(await codeOf(stranger)).toEqual([['NOT_FOUND']]);
    await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
  },
);

test('one client gets the events of its own generation alone while many run', async () => {
  const ids = await Promise.all(Array.from({ length: 10 }, () => submit(darkroom.client, { prompt: 'a', count: 2 })));
  const answers = await Promise.all(ids.map((id) => Array.fromAsync(subscribe('WebSocket', id, 0))));
  for (const [index, stream] of answers.entries()) {
    expect(new Set(stream.map(({ data }) => data.generationProgress.generationId))).toEqual(new Set([ids[index]]));
    expect(stream.map(toProgress).at(-1)).toMatchObject({ status: 'SUCCEEDED' });
  }
});
