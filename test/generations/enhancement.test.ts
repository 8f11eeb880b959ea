import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSecret } from '../../src/domain/secret.ts';
import { createFetch } from '../../src/network/fetch.ts';
import { createOpenAIEnhancer } from '../../src/prompts/openai-enhancer.ts';
import type { EnhancementWish, PromptEnhancer } from '../../src/prompts/prompt-enhancer.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { cancel, follow } from '../support/documents.ts';
import { collect, submit, typesOf } from '../support/generations.ts';
import { createStage, paintAll } from '../support/stage.ts';
import { chatPath, sayInChat, startOpenAIChatStandin } from '../support/standins/openai-chat.ts';
import { faults, type Standin, sendJson } from '../support/standins/standin.ts';
import { startWorkerProcess } from '../support/worker.ts';

/** What the provider was told to paint. The prompts of the tests differ, so that each finds its own. */
const told: string[] = [];
const stage = createStage();
const provider = {
  ...stage.provider,
  generate: (order: Parameters<typeof paintAll>[0]) => {
    told.push(order.prompt);
    return paintAll(order);
  },
};

const writtenBy = 'openai/gpt-5.6-luna';
const resources = new AsyncDisposableStack();
let standin: Standin;
let darkroom: Darkroom;
let tooLate: Promise<Story>;
beforeAll(async () => {
  standin = resources.use(await startOpenAIChatStandin());
  const { fetch } = resources.use(createFetch());
  const prices = { input: 1, output: 4 };
  const enhancer = createOpenAIEnhancer({
    fetch,
    apiKey: createSecret('sk-tests'),
    baseUrl: `${standin.url}/v1`,
    prices,
  });
  darkroom = resources.use(await startDarkroom({ providers: [provider], enhancer }));
  // Waiting for the time-out takes ten seconds: the other tests go on meanwhile.
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  standin.interject(new RegExp(chatPath), ({ left }) => {
    resolve();
    return left;
  });
  tooLate = perform({ prompt: 'a late lake', enhancePrompt: true });
  await reached;
});
afterAll(() => resources.disposeAsync());

const asked = /* GraphQL */ `
  query ($id: ID!) {
    generation(id: $id) {
      status prompt effectivePrompt costUsd failure { code }
      prompts { text source writtenBy }
      warnings { option message }
      attempts { number kind provider model outcome costUsd failure { code message categories } }
    }
  }
`;

interface Story {
  // biome-ignore lint/suspicious/noExplicitAny: has the shape of the document above
  readonly generation: any;
  readonly types: readonly string[];
  readonly snapshots: Awaited<ReturnType<typeof collect>>;
}

async function perform(input: object, { client } = darkroom): Promise<Story> {
  const id = await submit(client, { ...input });
  const snapshots = await collect(client.subscribe(follow, { id, afterSequence: 0 }));
  const { generation } = await client.query(asked, { id });
  return { generation, types: typesOf(snapshots), snapshots };
}

/** As the stand-in words it. */
function toSaid(prompt: string): string {
  return `${prompt}, in the low light of a winter afternoon`;
}

function toOriginal(text: string) {
  return { text, source: 'USER', writtenBy: null };
}

test('a better wording is kept beside the given one, and the provider gets it', async () => {
  const prompt = 'a lake to be kept';
  const { generation } = await perform({ prompt, enhancePrompt: true });
  const text = toSaid(prompt);
  expect(generation).toMatchObject({ status: 'SUCCEEDED', prompt, effectivePrompt: text, warnings: [] });
  expect(generation.prompts).toEqual([toOriginal(prompt), { text, source: 'ENHANCER', writtenBy }]);
  expect(told).toContain(text);
  expect(told).not.toContain(prompt);
});

test('the wording is an attempt of its own, with its cost, and comes before the pictures', async () => {
  const { generation, types, snapshots } = await perform({ prompt: 'a lake', enhancePrompt: true });
  expect(generation).toMatchObject({
    costUsd: '0.010600',
    attempts: [
      { number: 1, kind: 'ENHANCE', provider: 'openai', model: writtenBy, outcome: 'SUCCEEDED', costUsd: '0.000600' },
      { number: 2, kind: 'GENERATE', provider: 'blank', outcome: 'SUCCEEDED', costUsd: '0.010000' },
    ],
  });
  const expected = ['REQUEST_RECEIVED', 'STARTED', 'CALLING_PROVIDER', 'PROMPT_ENHANCED', 'CALLING_PROVIDER'];
  expect(types.slice(0, 5)).toEqual(expected);
  const stages = snapshots.filter(({ event }) => event?.type === 'CALLING_PROVIDER').map((one) => one.stage);
  expect(stages[0]).toBe('ENHANCING_PROMPT');
  expect(stages[1]).not.toBe('ENHANCING_PROMPT');
});

test('without a wish for it nobody is asked for a wording', async () => {
  const before = standin.received.length;
  const prompt = 'a lake as it is';
  const { generation, types } = await perform({ prompt });
  expect(generation).toMatchObject({ effectivePrompt: prompt, attempts: [{ kind: 'GENERATE' }] });
  expect(generation.prompts).toEqual([toOriginal(prompt)]);
  expect(types).not.toContain('PROMPT_ENHANCED');
  expect(standin.received.length).toBe(before);
});

test('a style in words is there before the better wording, and all three are kept', async () => {
  const { generation } = await perform({ prompt: 'a lake', style: 'watercolor', enhancePrompt: true });
  const [, styled, enhanced] = generation.prompts;
  expect(styled).toMatchObject({ source: 'ENHANCER', writtenBy: 'style' });
  expect(enhanced.text).toBe(toSaid(styled.text));
  expect(generation.effectivePrompt).toBe(enhanced.text);
});

const refused = {
  answer: sayInChat({ refusal: 'I cannot help with that.' }),
  code: 'CONTENT_REFUSED',
  reason: 'OpenAI refused the prompt: I cannot help with that.',
};
const failed: typeof refused = {
  answer: (_, response) => sendJson(response, 500, { error: { message: 'Not today.' } }),
  code: 'PROVIDER_UNAVAILABLE',
  reason: 'OpenAI failed with 500: Not today.',
};
const empty = {
  answer: sayInChat({ content: '""' }),
  code: 'PROVIDER_BAD_RESPONSE',
  reason: 'OpenAI answered without a wording.',
};
const garbage = {
  answer: faults.garbage,
  code: 'PROVIDER_BAD_RESPONSE',
  reason: 'OpenAI answered with something that cannot be read.',
};

test.each([
  ['a refusal', refused],
  ['an error', failed],
  ['an empty answer', empty],
  ['garbage', garbage],
])('after %s the prompt is used as it was given, with a warning', async (what, { answer, code, reason }) => {
  standin.interject(new RegExp(chatPath), answer);
  const prompt = `a lake after ${what}`;
  const { generation, types } = await perform({ prompt, enhancePrompt: true });
  expect(generation).toMatchObject({
    status: 'SUCCEEDED',
    effectivePrompt: prompt,
    prompts: [toOriginal(prompt)],
    warnings: [{ option: 'enhancePrompt', message: `The prompt is used as it was given. ${reason}` }],
    failure: null,
    attempts: [
      { number: 1, kind: 'ENHANCE', outcome: 'FAILED', failure: { code, message: reason } },
      { number: 2, kind: 'GENERATE', outcome: 'SUCCEEDED' },
    ],
  });
  expect(types).not.toContain('PROMPT_ENHANCED');
  expect(told).toContain(prompt);
});

test('a cancel stops the enhancer, and nothing is painted', async () => {
  const { promise: reached, resolve } = Promise.withResolvers<{ readonly left: Promise<void> }>();
  standin.interject(new RegExp(chatPath), ({ left }) => {
    resolve({ left });
    return left;
  });
  const id = await submit(darkroom.client, { prompt: 'a lake nobody waits for', enhancePrompt: true });
  const { left } = await reached;
  await darkroom.client.query(cancel, { id });
  const last = (await collect(darkroom.client.subscribe(follow, { id }))).at(-1);
  await left;
  const { generation } = await darkroom.client.query(asked, { id });
  expect(last).toMatchObject({ status: 'CANCELLED' });
  expect(generation.attempts).toMatchObject([{ kind: 'ENHANCE', outcome: 'CANCELLED' }]);
  expect(told).not.toContain('a lake nobody waits for');
});

test('without a key the rules word it', async () => {
  await using usual = await startDarkroom({ providers: [provider] });
  const prompt = 'a lake without a key';
  const { generation } = await perform({ prompt, enhancePrompt: true }, usual);
  const [given, enhanced] = generation.prompts;
  expect(given).toEqual(toOriginal(prompt));
  expect(enhanced).toMatchObject({ source: 'ENHANCER', writtenBy: 'builtin/rules' });
  expect(generation).toMatchObject({ effectivePrompt: enhanced.text, costUsd: '0.010000' });
  expect(told).toContain(enhanced.text);
});

test('whoever takes over uses the wording that is there', async () => {
  const wishes: EnhancementWish[] = [];
  const second: PromptEnhancer = {
    provider: 'second',
    writtenBy: 'second',
    enhance: async (wish) => {
      wishes.push(wish);
      return { text: 'another wording', costUsd: null };
    },
  };
  await using api = await startDarkroom({ role: 'api', providers: [provider] });
  await using first = await startWorkerProcess(api, 'hold');
  const story = perform({ prompt: 'a lake handed over', enhancePrompt: true }, api);
  await first.until('held');
  await using _worker = await startDarkroom({ role: 'worker', beside: api, providers: [provider], enhancer: second });
  first.tell('stop');
  const { generation, types } = await story;
  expect(wishes).toEqual([]);
  expect(types.filter((type) => type === 'PROMPT_ENHANCED')).toHaveLength(1);
  expect(generation).toMatchObject({
    status: 'SUCCEEDED',
    prompts: [{ source: 'USER' }, { writtenBy: 'builtin/rules' }],
  });
  expect(generation.attempts.map(({ kind }: { kind: string }) => kind)).toEqual(['ENHANCE', 'GENERATE', 'GENERATE']);
  expect(told).toContain(generation.effectivePrompt);
});

test('an enhancer that never answers is given up after ten seconds', async () => {
  const { generation, types } = await tooLate;
  expect(generation).toMatchObject({
    status: 'SUCCEEDED',
    effectivePrompt: 'a late lake',
    prompts: [{ source: 'USER' }],
    warnings: [
      { option: 'enhancePrompt', message: expect.stringMatching(/^The prompt is used as it was given\. \w.*\.$/) },
    ],
    attempts: [{ kind: 'ENHANCE', outcome: 'FAILED', failure: { code: 'TIMED_OUT' } }, { kind: 'GENERATE' }],
  });
  expect(types).not.toContain('PROMPT_ENHANCED');
  expect(told).toContain('a late lake');
});
