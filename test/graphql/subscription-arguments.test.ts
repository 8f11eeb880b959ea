import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow, generate } from '../support/documents.ts';

let darkroom: Darkroom;
let id: string;
let lastSequence: number;
beforeAll(async () => {
  darkroom = await startDarkroom();
  const { generateImage } = await darkroom.client.query(generate, { input: { prompt: 'a cat' }, waitSeconds: 20 });
  id = generateImage.generation.id;
  const document = 'query ($id: ID!) { generation(id: $id) { progress { sequence } } }';
  lastSequence = (await darkroom.client.query(document, { id })).generation.progress.sequence;
  expect(lastSequence).toBeGreaterThan(3);
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const transports = ['subscribe', 'subscribeSse'] as const;

test.each(transports)('an ended generation gives one event, then completes (%s)', async (subscribe) => {
  const events = await Array.fromAsync(darkroom.client[subscribe](follow, { id }));
  const expected = { generationId: id, sequence: lastSequence, tick: 0, status: 'SUCCEEDED', stage: null };
  expect(events).toEqual([{ data: { generationProgress: expect.objectContaining(expected) } }]);
});

test.each(transports)('with the last sequence an ended generation completes at once (%s)', async (subscribe) => {
  expect(await Array.fromAsync(darkroom.client[subscribe](follow, { id, afterSequence: lastSequence }))).toEqual([]);
  expect(darkroom.app.hub.mailboxCount).toBe(0);
});

test.each(transports)('a sequence beyond the last event or below 0 is refused (%s)', async (subscribe) => {
  for (const afterSequence of [-1, -2_147_483_648, lastSequence + 1, 2_147_483_647]) {
    const events = await Array.fromAsync(darkroom.client[subscribe](follow, { id, afterSequence }));
    const message = `“afterSequence” is ${afterSequence}, but this generation has the events 1 to ${lastSequence}.`;
    const error = { message, path: ['generationProgress'], extensions: { code: 'BAD_USER_INPUT' } };
    expect(events).toEqual([{ errors: [expect.objectContaining(error)] }]);
  }
  expect(darkroom.app.hub.mailboxCount).toBe(0);
});

test.each(transports)('every stored event after 0 comes in order, then it completes (%s)', async (subscribe) => {
  const events = await Array.fromAsync(darkroom.client[subscribe](follow, { id, afterSequence: 0 }));
  const sequences = events.map(({ data }) => data.generationProgress.sequence);
  expect(sequences).toEqual(Array.from({ length: lastSequence }, (_, index) => index + 1));
});

test('a subscription that is asked for over plain JSON is answered, not left hanging', async () => {
  const answer = await darkroom.client.ask(follow, { id: 'cat' });
  expect(answer.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
});
