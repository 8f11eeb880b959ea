import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeInstructions } from '../../src/prompts/instructions.ts';
import { createOpenAIEnhancer } from '../../src/prompts/openai-enhancer.ts';
import { blankModel } from '../support/blank-provider.ts';
import { sayInChat, startOpenAIChatStandin, toChatReply } from '../support/standins/openai-chat.ts';
import { type Answer, sendJson } from '../support/standins/standin.ts';
import { bodyOf, describeEnhancer, type EnhancerStage, openStage, secret, toWish } from './enhancer-contract.ts';

const subject = {
  startStandin: startOpenAIChatStandin,
  create: createOpenAIEnhancer,
  basePath: '/v1',
  say: (content: string) => sayInChat({ content }),
};

describeEnhancer('OpenAI', subject);

let stage: EnhancerStage;
beforeAll(async () => {
  stage = await openStage(subject);
});
afterAll(() => stage[Symbol.asyncDispose]());

test('a wish is exactly this on the wire', async () => {
  const before = stage.standin.received.length;
  await stage.enhance({ prompt: 'Two red boats' });
  const [request, ...more] = stage.standin.received.slice(before);
  expect(more).toEqual([]);
  expect(request).toMatchObject({ method: 'POST', path: '/v1/chat/completions' });
  expect(request?.headers).toMatchObject({ authorization: `Bearer ${secret}`, 'content-type': 'application/json' });
  expect(bodyOf(request)).toEqual({
    model: 'gpt-5.6-luna',
    messages: [
      { role: 'system', content: writeInstructions(blankModel) },
      { role: 'user', content: 'Two red boats' },
    ],
    max_completion_tokens: 8192,
  });
});

test('another model writes where one is configured', async () => {
  const enhancer = stage.create({ model: 'gpt-6-luna' });
  await enhancer.enhance(toWish());
  expect(bodyOf(stage.standin.received.at(-1))).toMatchObject({ model: 'gpt-6-luna' });
  expect(enhancer).toMatchObject({ provider: 'openai', writtenBy: 'openai/gpt-6-luna' });
  expect(stage.create()).toMatchObject({ provider: 'openai', writtenBy: 'openai/gpt-5.6-luna' });
});

test('a refusal is told in the words of the model, without the key', async () => {
  const failure = await stage.failWith(sayInChat({ refusal: `I'm sorry, I can't help with that, ${secret}.` }));
  expect(failure).toMatchObject({ code: 'CONTENT_REFUSED', retryable: false, categories: [] });
  expect(failure.message).toBe("OpenAI refused the prompt: I'm sorry, I can't help with that, [secret].");
});

test('a refusal wins over words beside it', async () => {
  const failure = await stage.failWith(sayInChat({ content: 'A lake', refusal: 'No.' }));
  expect(failure).toMatchObject({ code: 'CONTENT_REFUSED' });
});

test('an answer that a filter cut off is a refusal with the categories that it tells', async () => {
  const categories = { violence: { filtered: true, severity: 'high' }, hate: { filtered: false, severity: 'safe' } };
  const choice = { content_filter_results: categories };
  const failure = await stage.failWith(sayInChat({ content: 'A la', finishReason: 'content_filter', choice }));
  expect(failure).toMatchObject({ code: 'CONTENT_REFUSED', categories: ['violence'] });
  expect(failure.message).toBe('OpenAI refused the prompt (violence).');
  const untold = await stage.failWith(sayInChat({ finishReason: 'content_filter' }));
  expect(untold).toMatchObject({ message: 'OpenAI refused the prompt.', categories: [] });
});

test('a request that is refused before it is worked on is a refusal with its categories', async () => {
  const moderation_details = { moderation_stage: 'input', categories: ['violence'] };
  const error = { message: 'Blocked.', type: 'invalid_request_error', code: 'moderation_blocked', moderation_details };
  const failure = await stage.failWith((_, response) => sendJson(response, 400, { error }));
  expect(failure).toMatchObject({ code: 'CONTENT_REFUSED', categories: ['violence'] });
});

test('a wording that broke off for its length is none', async () => {
  const failure = await stage.failWith(sayInChat({ content: 'A lake in the', finishReason: 'length' }));
  expect(failure).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retryable: true });
});

test('a reply that tells no tokens is a wording without a cost', async () => {
  const prices = { input: 1, output: 1 };
  const rests = [{ usage: undefined }, { usage: null }, { usage: {} }, { usage: { prompt_tokens: -1 } }];
  for (const rest of rests) {
    const answer: Answer = (_, response) =>
      sendJson(response, 200, { ...toChatReply({ content: 'A lake at dawn' }), ...rest });
    stage.standin.interject(/./, answer);
    expect(await stage.create({ prices }).enhance(toWish())).toEqual({ text: 'A lake at dawn', costUsd: null });
  }
});

test('the least that a compatible server may answer is a wording', async () => {
  stage.standin.interject(/./, (_, response) =>
    sendJson(response, 200, { choices: [{ message: { content: 'A lake at dawn' } }] }),
  );
  expect(await stage.enhance()).toEqual({ text: 'A lake at dawn', costUsd: null });
});

test.each([
  ['without a key', {}, { model: 'gpt-5.6-luna', messages: [{ role: 'user', content: 'x' }] }, 401],
  ['with the old name of the limit', undefined, { model: 'gpt-5.6-luna', messages: [], max_tokens: 5 }, 400],
  ['without messages', undefined, { model: 'gpt-5.6-luna', messages: [] }, 400],
  ['of another model', undefined, { model: 'luna', messages: [{ role: 'user', content: 'x' }] }, 404],
] as const)('the stand-in refuses a request %s', async (_, headers = { authorization: 'Bearer any' }, body, status) => {
  const answer = await fetch(`${stage.standin.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
});
