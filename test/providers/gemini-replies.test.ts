import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PictureOrder, ProviderEvent } from '../../src/providers/provider.ts';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, failureOf, findModel } from '../support/orders.ts';
import {
  type GeminiStage,
  recordedBlock,
  recordedNoImage,
  reportedRefusal,
  startGemini,
  toPart,
  toRecordedReply,
  toReply,
  toStop,
} from './gemini-fixtures.ts';

let stage: GeminiStage;
let picture: Buffer;
let other: Buffer;

beforeAll(async () => {
  stage = await startGemini();
  picture = await blankPicture(64, 64);
  other = await blankPicture(32, 32);
});
afterAll(() => stage[Symbol.asyncDispose]());

function eventsFrom(reply: object, wishes: Partial<PictureOrder> = {}): Promise<readonly ProviderEvent[]> {
  stage.answerWith(reply);
  return Array.fromAsync(stage.generate(wishes));
}

function failureFrom(reply: object): Promise<unknown> {
  stage.answerWith(reply);
  return failureOf(stage.generate());
}

function bytesOf(events: readonly ProviderEvent[]) {
  return eventsOf(events, 'picture').map(({ bytes }) => Buffer.from(bytes));
}

test('a recorded reply gives its picture and what it cost', async () => {
  const model = findModel(stage.createProvider(), 'gemini/3.1-flash-image');
  const events = await eventsFrom(toRecordedReply(picture), { model });
  expect(bytesOf(events)).toEqual([picture]);
  // 10 tokens in for 0.5, 1120 of the picture for 60, and 272 of words for 3 USD a million.
  expect(eventsOf(events, 'account')).toEqual([{ type: 'account', costUsd: '0.068021' }]);
  expect(eventsOf(events, 'text')).toEqual([]);
});

test('thoughts and their drafts are passed by', async () => {
  const parts = [
    { text: 'I shall begin with the shore.', thought: true },
    { ...toPart(other), thought: true },
    { text: 'A lake, ' },
    toPart(picture),
    { text: 'in grey.' },
    { ...toPart(other), thought: true },
  ];
  const events = await eventsFrom(toReply(parts));
  expect(bytesOf(events)).toEqual([picture]);
  expect(eventsOf(events, 'text')).toEqual([{ type: 'text', text: 'A lake, in grey.' }]);
});

test('of several pictures the last is the one that was meant', async () => {
  const events = await eventsFrom(toReply([toPart(other), toPart(other), toPart(picture)]));
  expect(bytesOf(events)).toEqual([picture]);
});

test('a wrong media type changes nothing about the bytes', async () => {
  const events = await eventsFrom(toReply([toPart(picture, 'text/plain')]));
  expect(bytesOf(events)).toEqual([picture]);
});

test('a picture counts even where the words after it were cut off', async () => {
  const events = await eventsFrom(toReply([toPart(picture)], { finishReason: 'MAX_TOKENS' }));
  expect(bytesOf(events)).toEqual([picture]);
});

test('a model that only talks is quoted, and what it said is kept', async () => {
  stage.answerWith(toReply([{ text: 'Which lake do you mean?' }]));
  const events: ProviderEvent[] = [];
  const talk = async function* () {
    for await (const event of stage.generate()) {
      events.push(event);
      yield event;
    }
  };
  const failure = await failureOf(talk());
  expect(events).toEqual([{ type: 'text', text: 'Which lake do you mean?' }]);
  expect(failure).toMatchObject({
    code: 'PROVIDER_BAD_RESPONSE',
    retryable: true,
    unstarted: false,
    message: 'Gemini made no picture (STOP). It said: Which lake do you mean?',
  });
});

test.each([
  'SAFETY',
  'RECITATION',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
])('a picture that ends with %s is refused, and the reason is the category', async (reason) => {
  const expected = { code: 'CONTENT_REFUSED', retryable: false, unstarted: false, categories: [reason] };
  expect(await failureFrom(toStop(reason))).toMatchObject(expected);
  expect(await failureFrom(toReply([toPart(picture)], { finishReason: reason }))).toMatchObject(expected);
});

test.each(['SAFETY', 'OTHER', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'IMAGE_SAFETY', 'MODEL_ARMOR', 'JAILBREAK', 'NEW'])(
  'a prompt that is blocked for %s is refused',
  async (blockReason) => {
    const failure = await failureFrom({ promptFeedback: { blockReason } });
    expect(failure).toMatchObject({ code: 'CONTENT_REFUSED', retryable: false, categories: [blockReason] });
  },
);

test('a recorded block of a prompt is a refusal', async () => {
  const failure = await failureFrom(recordedBlock);
  expect(failure).toMatchObject({
    code: 'CONTENT_REFUSED',
    message: 'Gemini refused the prompt (PROHIBITED_CONTENT).',
  });
});

test('a refusal is explained in the words of Google', async () => {
  expect(await failureFrom(reportedRefusal)).toMatchObject({
    code: 'CONTENT_REFUSED',
    categories: ['IMAGE_PROHIBITED_CONTENT'],
    message: expect.stringContaining('Support code: 42876398.'),
  });
});

test.each([
  'NO_IMAGE',
  'IMAGE_OTHER',
  'OTHER',
  'MALFORMED_RESPONSE',
  'MAX_TOKENS',
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'CONTINUATION',
  'STOP',
  'SOMETHING_NEW',
])('no picture and %s may be asked for again, but was not free for sure', async (reason) => {
  const failure = await failureFrom(toStop(reason));
  expect(failure).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retryable: true, unstarted: false });
  expect(failure).toHaveProperty('message', expect.stringContaining(reason));
});

test('a recorded reply without a picture, in which nothing was put out, can be asked for again for free', async () => {
  expect(await failureFrom(recordedNoImage)).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', unstarted: true });
  const thought = { ...recordedNoImage, usageMetadata: { promptTokenCount: 9, thoughtsTokenCount: 240 } };
  expect(await failureFrom(thought)).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', unstarted: false });
});

test('a language that the model lacks is the fault of the request', async () => {
  expect(await failureFrom(toStop('LANGUAGE'))).toMatchObject({ code: 'INVALID_REQUEST', retryable: false });
});

test.each([
  ['nothing at all', {}],
  ['no candidate', { candidates: [] }],
  ['a candidate of nothing', { candidates: [{}] }],
  ['no parts', { candidates: [{ content: { parts: null }, finishReason: 'STOP' }] }],
  ['candidates of another kind', { candidates: 'many' }],
  ['a list', []],
  ['an empty picture', toReply([{ inlineData: { mimeType: 'image/png', data: '' } }])],
  ['a picture that is no base64', toReply([{ inlineData: { mimeType: 'image/png', data: '<svg/>' } }])],
])('%s is a bad response', async (_, reply) => {
  const failure = await failureFrom(reply);
  expect(failure).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retryable: true, unstarted: false });
});

test.each([
  ['is missing', {}],
  ['makes no sense', { usageMetadata: 'a lot' }],
  ['does not tell pictures and words apart', { usageMetadata: { candidatesTokenCount: 1392 } }],
])('where the usage %s, the price of the model stands', async (_, usage) => {
  const events = await eventsFrom({ ...toReply([toPart(picture)]), ...usage });
  expect(events.map(({ type }) => type)).toEqual(['picture']);
});

test('thoughts are paid like words', async () => {
  const usageMetadata = {
    promptTokenCount: 1000,
    candidatesTokenCount: 1120,
    thoughtsTokenCount: 100,
    candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1120 }],
  };
  const events = await eventsFrom({ ...toReply([toPart(picture)]), usageMetadata });
  // 1000 in for 1.5, 1120 of the picture for 30, and 100 of thoughts for 7.5 USD a million.
  expect(eventsOf(events, 'account')).toEqual([{ type: 'account', costUsd: '0.035850' }]);
});
