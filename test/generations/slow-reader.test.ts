import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeKey } from '../../src/graphql/global-ids.ts';
import type { Answer } from '../support/client.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow } from '../support/documents.ts';
import { submit, toProgress } from '../support/generations.ts';
import { createHold } from '../support/hold.ts';
import { openRawSocket } from '../support/raw-socket.ts';
import { createSnapshot } from '../support/snapshots.ts';
import { createStage, paintAfter } from '../support/stage.ts';

const stage = createStage();
let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom({ providers: [stage.provider] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

/** A generation that is held at its third event, and its snapshots for the hub. */
async function startHeld() {
  const hold = createHold();
  const held = stage.prompt(paintAfter(hold));
  const id = await submit(darkroom.client, { prompt: held, count: 2 });
  await hold.reached;
  const generationId = decodeKey(id, 'Generation');
  const announce = (tick: number) => darkroom.app.hub.deliver(createSnapshot({ generationId, sequence: 3, tick }));
  return { id, announce, release: hold.release };
}

test('1,500 announcements in one turn harm neither the process nor what a reader sees', async () => {
  const { id, announce, release } = await startHeld();
  const streams = [1, 2, 3].map(() => darkroom.client.subscribe(follow, { id }));
  for (const stream of streams) await stream.next();
  for (let tick = 1; tick <= 1_500; tick += 1) announce(tick);
  for (const stream of streams) {
    let last = 0;
    while (last < 1_500) {
      const { value } = await stream.next();
      last = toProgress(value).tick;
    }
  }
  release();
  for (const stream of streams) {
    const rest = (await Array.fromAsync(stream)).map(toProgress);
    expect(rest.at(-1)).toMatchObject({ status: 'SUCCEEDED', imagesStored: 2 });
  }
});

// Each event is so large that a few of them fill the buffers between the server and a socket that is not read.
const large = /* GraphQL */ `
  subscription Large($id: ID!) {
    generationProgress(id: $id) {
      sequence tick
      ${Array.from({ length: 9 }, (_, index) => `g${index}: generation { text: effectivePrompt negativePrompt }`).join(' ')}
    }
  }
`;

async function writeManyWords(id: string): Promise<void> {
  await darkroom.database.pool.query('UPDATE "Generation" SET "negativePrompt" = $2 WHERE id = $1', [
    decodeKey(id, 'Generation'),
    'long words '.repeat(4_000),
  ]);
}

/** Announces until the one who is away has lost its stream. The other reader is served all the time. */
async function untilCutOff(reader: AsyncIterableIterator<Answer>, announce: (tick: number) => void): Promise<void> {
  let tick = 0;
  const announceMore = async () => {
    for (let count = 0; count < 5; count += 1) {
      tick += 1;
      announce(tick);
      const { value } = await reader.next();
      expect(toProgress(value).tick).toBe(tick);
    }
    darkroom.app.hub.endSlowReaders(1_000);
    return darkroom.app.hub.mailboxCount;
  };
  await expect.poll(announceMore, { timeout: 20_000, interval: 20 }).toBe(1);
}

test('a socket that is not read loses its stream only, with the sequence to resume after', async () => {
  const { id, announce, release } = await startHeld();
  await writeManyWords(id);
  const raw = await openRawSocket(darkroom.client);
  const reader = darkroom.client.subscribe(follow, { id });
  await reader.next();
  raw.subscribe('away', large, { id });
  expect((await raw.next()).type).toBe('next');
  raw.socket.pause();

  await untilCutOff(reader, announce);

  raw.socket.resume();
  let refusal: unknown;
  let lastSequence = 0;
  for (;;) {
    const message = await raw.next();
    if (message.type === 'next' && message.payload.errors === undefined) {
      lastSequence = message.payload.data.generationProgress.sequence;
      continue;
    }
    refusal = message.payload.errors?.[0] ?? message.payload[0];
    break;
  }
  expect(refusal).toMatchObject({ extensions: { code: 'SLOW_READER', resumeAfterSequence: lastSequence } });

  // The socket is still good, and the stream goes on from there.
  release();
  raw.subscribe('resumed', follow, { id, afterSequence: lastSequence });
  const resumed = [];
  for (let answer = await raw.answer('resumed'); answer !== undefined; answer = await raw.answer('resumed')) {
    resumed.push(toProgress(answer));
  }
  expect(resumed.filter(({ event }) => event !== null).map(({ sequence }) => sequence)).toEqual([4, 5, 6, 7, 8]);
  expect((await Array.fromAsync(reader)).map(toProgress).at(-1)).toMatchObject({ status: 'SUCCEEDED' });
  await raw.close();
  await expect.poll(() => darkroom.app.hub.mailboxCount).toBe(0);
});

test('an event stream that is not read is cut short with the same words', async () => {
  const { id, announce, release } = await startHeld();
  await writeManyWords(id);
  const reader = darkroom.client.subscribe(follow, { id });
  await reader.next();
  const away = await openEventStream(id);
  await untilCutOff(reader, announce);
  let text = '';
  for await (const chunk of away) text += chunk;
  const last = text.split('\n').findLast((line) => line.startsWith('data: {'));
  expect(JSON.parse(last?.slice('data: '.length) ?? '')).toMatchObject({
    errors: [{ extensions: { code: 'SLOW_READER', resumeAfterSequence: 3 } }],
  });
  expect(text.endsWith('event: complete\ndata:\n\n')).toBe(true);
  release();
  expect((await Array.fromAsync(reader)).map(toProgress).at(-1)).toMatchObject({ status: 'SUCCEEDED' });
});

/** An event stream of large events, of which nobody reads. */
async function openEventStream(id: string): Promise<IncomingMessage> {
  const { url, headers } = darkroom.client;
  const asked = request(url, {
    method: 'POST',
    headers: { ...headers, accept: 'text/event-stream', 'content-type': 'application/json' },
  });
  asked.end(JSON.stringify({ query: large, variables: { id } }));
  const [response] = await once(asked, 'response');
  return response.setEncoding('utf8');
}
