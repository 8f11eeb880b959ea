import sharp from 'sharp';
import { expect, test } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, failureOf, toInput } from '../support/orders.ts';
import { brokenStreamOf, type StreamEvent, streamOf } from '../support/standins/openai.ts';
import { type Answer, sendText } from '../support/standins/standin.ts';
import { openai, openStage } from './openai-fixtures.ts';

const slug = 'openai/gpt-image-2';
const picture = (await blankPicture(64, 64)).toString('base64');
const completed = { type: 'image_generation.completed', b64_json: picture };

function toPartial(index: number, base64 = picture) {
  return { type: 'image_generation.partial_image', b64_json: base64, partial_image_index: index };
}

async function openStageThatAnswers(answer: Answer) {
  const stage = await openStage(openai);
  stage.standin.interject(/images/, answer);
  return stage;
}

async function failWith(answer: Answer): Promise<unknown> {
  await using stage = await openStageThatAnswers(answer);
  return await failureOf(stage.generate(slug));
}

async function eventsFor(events: readonly StreamEvent[]) {
  await using stage = await openStageThatAnswers(streamOf(events));
  return await Array.fromAsync(stage.generate(slug));
}

test('partial images arrive as previews, and progress in equal parts, before the picture', async () => {
  await using stage = await openStage(openai);
  const events = await Array.fromAsync(stage.generate(slug));
  expect(events.map(({ type }) => type)).toEqual(['progress', 'preview', 'progress', 'preview', 'account', 'picture']);
  expect(eventsOf(events, 'progress').map(({ fraction }) => fraction)).toEqual([1 / 3, 2 / 3]);
  for (const { bytes, width, height } of eventsOf(events, 'preview')) {
    expect({ width, height }).toEqual({ width: 512, height: 512 });
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 512, height: 512 });
  }
  const [made] = eventsOf(events, 'picture');
  expect(await sharp(made?.bytes).metadata()).toMatchObject({ format: 'png', width: 1024, height: 1024 });
});

test('an edit is streamed too', async () => {
  await using stage = await openStage(openai);
  const inputs = [toInput(await blankPicture(64, 64))];
  const events = await Array.fromAsync(stage.generate(slug, { inputs }));
  expect(eventsOf(events, 'preview')).toHaveLength(2);
  expect(eventsOf(events, 'picture')).toHaveLength(1);
});

test('a partial image that comes late or twice is not shown again', async () => {
  const events = await eventsFor([toPartial(1), toPartial(0), toPartial(1), completed]);
  expect(eventsOf(events, 'progress').map(({ fraction }) => fraction)).toEqual([2 / 3]);
  expect(eventsOf(events, 'preview')).toHaveLength(1);
});

test('more partial images than were asked for are no reason to call the picture finished', async () => {
  const events = await eventsFor([toPartial(0), toPartial(1), toPartial(2), completed]);
  expect(eventsOf(events, 'progress').map(({ fraction }) => fraction)).toEqual([1 / 3, 2 / 3, 2 / 3]);
});

test('a partial image that cannot be read is progress all the same', async () => {
  const events = await eventsFor([toPartial(0, 'bm8gcGljdHVyZQ=='), completed]);
  expect(events.map(({ type }) => type)).toEqual(['progress', 'picture']);
});

test('the picture may come before all partial images, and events that nobody knows beside it', async () => {
  const events = await eventsFor([{ type: 'image_generation.started' }, toPartial(0), completed]);
  expect(events.map(({ type }) => type)).toEqual(['progress', 'preview', 'picture']);
});

test.each([
  ['ends as if that was all', streamOf([toPartial(0), toPartial(1)])],
  ['ends before anything', streamOf([])],
  ['completes without a picture', streamOf([toPartial(0), { type: 'image_generation.completed' }])],
  ['has an event that is no JSON', (_, response) => sendText(response, 200, 'data: {"type":\n\n', 'text/event-stream')],
] satisfies [string, Answer][])('a stream that %s is a bad response', async (_, answer) => {
  expect(await failWith(answer)).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retryable: true, unstarted: false });
});

test('a stream that breaks is no stream that ended', async () => {
  const failure = await failWith(brokenStreamOf([toPartial(0)]));
  expect(failure).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true, unstarted: false });
});

test('a refusal in the middle of a stream names its stage and categories', async () => {
  const error = {
    message: 'Your request was rejected by the safety system.',
    type: 'image_generation_user_error',
    code: 'moderation_blocked',
    moderation_details: { moderation_stage: 'output', categories: ['violence', 'self-harm'] },
  };
  const answer = streamOf([toPartial(0), Object.assign({ type: 'error' }, { error })]);
  expect(await failWith(answer)).toMatchObject({
    code: 'CONTENT_REFUSED',
    retryable: false,
    categories: ['violence', 'self-harm'],
    message:
      'OpenAI refused this at the output stage (violence, self-harm): Your request was rejected by the safety system.',
  });
});

test.each([
  ['server_error', 'server_error', 'PROVIDER_UNAVAILABLE'],
  ['requests', 'rate_limit_exceeded', 'PROVIDER_RATE_LIMITED'],
  ['insufficient_quota', 'insufficient_quota', 'PROVIDER_QUOTA_EXHAUSTED'],
  ['invalid_request_error', 'invalid_value', 'INVALID_REQUEST'],
])('a stream that tells %s never claims that work had not begun', async (type, code, expected) => {
  const error = { message: 'Please try again in 1.5s.', type, code };
  const failure = await failWith(streamOf([Object.assign({ type: 'error' }, { error })]));
  expect(failure).toMatchObject({ code: expected, unstarted: false });
});

test('a stream that is stopped half way throws the reason of its signal, and hangs up', async () => {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  await using stage = await openStageThatAnswers(async (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify(toPartial(0))}\n\n`);
    await request.left;
    resolve();
  });
  const abort = new AbortController();
  const events = stage.generate(slug, { signal: abort.signal })[Symbol.asyncIterator]();
  expect(await events.next()).toMatchObject({ value: { type: 'progress' } });
  expect(await events.next()).toMatchObject({ value: { type: 'preview' } });
  const reason = new Error('Enough of it.');
  const next = events.next();
  abort.abort(reason);
  await expect(next).rejects.toBe(reason);
  await left;
});

test('whoever leaves the loop early hangs up', async () => {
  const { promise: left, resolve } = Promise.withResolvers<void>();
  await using stage = await openStageThatAnswers(async (request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`data: ${JSON.stringify(toPartial(0))}\n\n`);
    await request.left;
    resolve();
  });
  for await (const { type } of stage.generate(slug)) {
    expect(type).toBe('progress');
    break;
  }
  await left;
});
