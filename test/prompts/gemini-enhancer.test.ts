import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGeminiEnhancer } from '../../src/prompts/gemini-enhancer.ts';
import { writeInstructions } from '../../src/prompts/instructions.ts';
import { blankModel } from '../support/blank-provider.ts';
import { sayInText, startGeminiTextStandin, toTextReply } from '../support/standins/gemini-text.ts';
import { bodyOf, describeEnhancer, type EnhancerStage, openStage, secret, toWish } from './enhancer-contract.ts';

const subject = {
  startStandin: () => startGeminiTextStandin({ apiKey: secret }),
  create: createGeminiEnhancer,
  basePath: '',
  say: (text: string) => sayInText(toTextReply([{ text }])),
};

describeEnhancer('Gemini', subject);

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
  expect(request).toMatchObject({ method: 'POST', path: '/v1beta/models/gemini-3.5-flash-lite:generateContent' });
  expect(request?.headers).toMatchObject({ 'x-goog-api-key': secret, 'content-type': 'application/json' });
  expect(bodyOf(request)).toEqual({
    contents: [{ role: 'user', parts: [{ text: 'Two red boats' }] }],
    systemInstruction: { role: 'user', parts: [{ text: writeInstructions(blankModel) }] },
    generationConfig: { maxOutputTokens: 8192 },
  });
});

test('another model writes where one is configured', async () => {
  const enhancer = stage.create({ model: 'gemini-3.7-flash' });
  await enhancer.enhance(toWish());
  expect(stage.standin.received.at(-1)?.path).toBe('/v1beta/models/gemini-3.7-flash:generateContent');
  expect(enhancer).toMatchObject({ provider: 'gemini', writtenBy: 'gemini/gemini-3.7-flash' });
  expect(stage.create()).toMatchObject({ provider: 'gemini', writtenBy: 'gemini/gemini-3.5-flash-lite' });
});

test('parts become one wording, and thoughts are left out', async () => {
  const parts = [{ text: 'Let me think.', thought: true }, { text: 'A lake ' }, { text: 'at dawn' }];
  stage.standin.interject(/./, sayInText(toTextReply(parts)));
  expect(await stage.enhance()).toMatchObject({ text: 'A lake at dawn' });
});

test('a prompt that is blocked is a refusal with the reason', async () => {
  // Recorded (vercel/ai, issue-19758-prompt-block.json).
  const failure = await stage.failWith(
    sayInText({
      promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
      usageMetadata: { promptTokenCount: 9, totalTokenCount: 9, serviceTier: 'standard' },
      modelVersion: 'gemini-3.7-flash',
      responseId: 'EXCPaojyHaDUjMcP656rqAk',
    }),
  );
  expect(failure).toMatchObject({ code: 'CONTENT_REFUSED', retryable: false, categories: ['PROHIBITED_CONTENT'] });
  expect(failure.message).toBe('Gemini refused the prompt (PROHIBITED_CONTENT).');
});

test.each(['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII'])(
  'an answer that ends with %s is a refusal, told in the words of Google',
  async (finishReason) => {
    const finishMessage = `Not this, ${secret}.`;
    const failure = await stage.failWith(sayInText(toTextReply([{ text: 'A la' }], { finishReason, finishMessage })));
    expect(failure).toMatchObject({ code: 'CONTENT_REFUSED', categories: [finishReason] });
    expect(failure.message).toBe(`Gemini refused the prompt (${finishReason}). It said: Not this, [secret].`);
  },
);

test.each(['MAX_TOKENS', 'OTHER', 'MALFORMED_RESPONSE', 'CONTINUATION', 'WHAT_IS_NEW_TOMORROW'])(
  'an answer that ends with %s is no wording',
  async (finishReason) => {
    const failure = await stage.failWith(sayInText(toTextReply([{ text: 'A lake in' }], { finishReason })));
    expect(failure).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retryable: true });
    expect(failure.message).toBe(`Gemini did not come to the end of its wording (${finishReason}).`);
  },
);

test('a language that the model does not speak is no reason to ask again', async () => {
  const failure = await stage.failWith(sayInText(toTextReply([], { finishReason: 'LANGUAGE' })));
  expect(failure).toMatchObject({ code: 'INVALID_REQUEST', retryable: false });
});

test('an answer without a candidate or without its parts is no wording', async () => {
  for (const reply of [{ candidates: [] }, { candidates: [{}] }, { candidates: [{ content: {} }] }]) {
    expect(await stage.failWith(sayInText(reply))).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
  }
});

test('a key that Google does not know is told as one, though it answers 400', async () => {
  await using other = await openStage({
    ...subject,
    startStandin: () => startGeminiTextStandin({ apiKey: 'another' }),
  });
  await expect(other.enhance()).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' });
});

test('thoughts are paid as words are, and a reply that tells no tokens has no cost', async () => {
  const enhancer = stage.create({ prices: { input: 0, output: 1_000_000 } });
  // Recorded (vercel/ai, google-text.json).
  const usageMetadata = {
    promptTokenCount: 9,
    candidatesTokenCount: 28,
    totalTokenCount: 281,
    thoughtsTokenCount: 244,
  };
  stage.standin.interject(/./, sayInText({ ...toTextReply([{ text: 'A lake' }]), usageMetadata }));
  expect(await enhancer.enhance(toWish())).toMatchObject({ costUsd: '272.000000' });
  stage.standin.interject(/./, sayInText({ ...toTextReply([{ text: 'A lake' }]), usageMetadata: undefined }));
  expect(await enhancer.enhance(toWish())).toMatchObject({ costUsd: null });
});

test.each([
  ['without a key', {}, { contents: [{ role: 'user', parts: [{ text: 'x' }] }] }, 403],
  ['with another key', { 'x-goog-api-key': 'another' }, { contents: [{ role: 'user', parts: [{ text: 'x' }] }] }, 400],
  ['without a role', { 'x-goog-api-key': secret }, { contents: [{ parts: [{ text: 'x' }] }] }, 400],
] as const)('the stand-in refuses a request %s', async (_, headers, body, status) => {
  const answer = await fetch(`${stage.standin.url}/v1beta/models/gemini-3.5-flash-lite:generateContent`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { code: status } });
});
