import { afterAll, beforeAll, expect, test } from 'vitest';
import { plain } from '../pictures/sample-pictures.ts';
import type { Darkroom } from '../support/darkroom.ts';
import { collect, submit, typesOf, waitForEnd } from '../support/generations.ts';
import { startGeminiStandin } from '../support/standins/gemini.ts';
import { startOpenAIStandin } from '../support/standins/openai.ts';
import { type ReplicateStandin, startReplicateStandin } from '../support/standins/replicate.ts';
import { type Standin, sendJson, sendText } from '../support/standins/standin.ts';
import { startVendorDarkroom } from './vendor-darkroom.ts';

const stack = new AsyncDisposableStack();
let openai: Standin;
let gemini: Standin;
let replicate: ReplicateStandin;
let darkroom: Darkroom;
beforeAll(async () => {
  openai = stack.use(await startOpenAIStandin({ stepMilliseconds: 300 }));
  gemini = stack.use(await startGeminiStandin());
  replicate = stack.use(await startReplicateStandin());
  darkroom = stack.use(
    await startVendorDarkroom({
      OPENAI_API_KEY: 'key-of-openai',
      OPENAI_BASE_URL: `${openai.url}/v1`,
      GEMINI_API_KEY: 'key-of-gemini',
      GEMINI_BASE_URL: gemini.url,
      REPLICATE_API_TOKEN: 'key-of-replicate',
      REPLICATE_BASE_URL: `${replicate.url}/v1`,
    }),
  );
});
afterAll(() => stack.disposeAsync());

const follow = /* GraphQL */ `
  subscription ($id: ID!, $afterSequence: Int) {
    generationProgress(id: $id, afterSequence: $afterSequence) {
      sequence tick status stage fraction step imagesStored attempt message event { type sequence }
      preview { number width height }
    }
  }
`;

const asked = /* GraphQL */ `
  query ($id: ID!) {
    generation(id: $id) {
      status text modelSlug prompt effectivePrompt prompts { text source writtenBy } warnings { option message }
      failure { code message retryable stage categories }
      inputs { position role image { id width height } }
      images { id width height mediaType link { href } }
      attempts { number kind outcome failure { code message categories } }
    }
  }
`;

async function read(id: string) {
  const { generation } = await darkroom.client.query(asked, { id });
  return generation;
}

async function perform(input: object) {
  const id = await submit(darkroom.client, { ...input });
  await waitForEnd(darkroom.client, follow, id);
  return read(id);
}

async function toSource(width: number, height: number) {
  const bytes = await plain(width, height).png().toBuffer();
  return { dataUrl: `data:image/png;base64,${bytes.toString('base64')}` };
}

test('two input images are combined by Gemini, which answers a text and a picture', async () => {
  const inputImages = [await toSource(160, 90), await toSource(48, 48)];
  const prompt = 'The cat of the first on the sofa of the second';
  const generation = await perform({ prompt, model: 'gemini/nano-banana-2.1', inputImages });
  expect(generation).toMatchObject({
    status: 'SUCCEEDED',
    text: expect.stringMatching(/\w/),
    images: [{ mediaType: expect.stringMatching(/^image\//) }],
    inputs: [
      { position: 0, role: 'REFERENCE', image: { width: 160, height: 90 } },
      { position: 1, role: 'REFERENCE', image: { width: 48, height: 48 } },
    ],
  });
  const body = JSON.parse(`${gemini.received.at(-1)?.body}`);
  const [{ parts }] = body.contents;
  expect(parts.map((part: object) => Object.keys(part))).toEqual([['text'], ['inlineData'], ['inlineData']]);
  // The shape of the first input, since nobody asked for another.
  expect(body.generationConfig.imageConfig).toMatchObject({ aspectRatio: '16:9' });
});

test("OpenAI's partial images arrive as previews before the picture", async () => {
  const id = await submit(darkroom.client, { prompt: 'A grey lake', model: 'openai/gpt-image-2' });
  const answers = await Array.fromAsync(darkroom.client.subscribe(follow, { id, afterSequence: 0 }));
  const told = answers.map(({ data }) => data.generationProgress);
  const previews = told.filter(({ preview }) => preview !== null);
  expect(previews.length).toBeGreaterThan(0);
  expect(previews[0]).toMatchObject({ imagesStored: 0, stage: 'GENERATING', fraction: expect.any(Number) });
  expect(told.at(-1)).toMatchObject({ status: 'SUCCEEDED', imagesStored: 1 });
});

test('a temporary URL that dies leaves a picture that lives', async () => {
  const generation = await perform({ prompt: 'A grey lake', model: 'replicate/flux-schnell' });
  expect(generation).toMatchObject({ status: 'SUCCEEDED', images: [{}] });
  const file = replicate.received.find(({ path }) => path.startsWith('/files/'));
  replicate.interject(/^\/files\//, (_, response) => sendText(response, 410, 'Gone'));
  expect((await fetch(`${replicate.url}${file?.path}`)).status).toBe(410);
  const stored = await fetch(generation.images[0].link.href);
  expect(stored.status).toBe(200);
  expect((await stored.arrayBuffer()).byteLength).toBeGreaterThan(0);
});

test('a fallback from a rate-limited model keeps the input image', async () => {
  const limit = { error: { message: 'Rate limit reached.', type: 'requests', code: 'rate_limit_exceeded' } };
  openai.interject(/edits$/, (_, response) => sendJson(response, 429, limit, { 'retry-after': '3600' }));
  const generation = await perform({
    prompt: 'Make it winter',
    model: 'openai/gpt-image-2',
    fallbackModels: ['replicate/flux-schnell', 'gemini/nano-banana-2.1'],
    inputImages: [await toSource(64, 64)],
  });
  // The one between takes no input image, and is passed over.
  expect(generation).toMatchObject({ status: 'SUCCEEDED', modelSlug: 'gemini/nano-banana-2.1' });
  expect(generation.attempts).toMatchObject([
    { outcome: 'FAILED', failure: { code: 'PROVIDER_RATE_LIMITED' } },
    { outcome: 'SUCCEEDED' },
  ]);
  const body = JSON.parse(`${gemini.received.at(-1)?.body}`);
  expect(body.contents[0].parts).toHaveLength(2);
});

test('a refusal shows its stage and its categories, and is neither made again nor moved elsewhere', async () => {
  const error = {
    message: 'Your request was rejected by the safety system.',
    type: 'image_generation_user_error',
    code: 'moderation_blocked',
    moderation_details: { moderation_stage: 'input', categories: ['violence'] },
  };
  openai.interject(/generations$/, (_, response) => sendJson(response, 400, { error }));
  const generation = await perform({
    prompt: 'Something nasty',
    model: 'openai/gpt-image-2',
    fallbackModels: ['gemini/nano-banana-2.1'],
  });
  expect(generation).toMatchObject({
    status: 'FAILED',
    modelSlug: 'openai/gpt-image-2',
    failure: { code: 'CONTENT_REFUSED', retryable: false, categories: ['violence'] },
    attempts: [{ outcome: 'FAILED', failure: { code: 'CONTENT_REFUSED', categories: ['violence'] } }],
  });
  expect(generation.failure.message).toMatch(/input/);
});

test('an enhanced prompt is what the provider gets, and both wordings are read', async () => {
  const id = await submit(darkroom.client, { prompt: 'a fox', model: 'gemini/nano-banana-2.1', enhancePrompt: true });
  const snapshots = await collect(darkroom.client.subscribe(follow, { id, afterSequence: 0 }));
  expect(typesOf(snapshots)).toContain('PROMPT_ENHANCED');
  const generation = await read(id);
  expect(generation.prompts.map(({ source }: { source: string }) => source)).toEqual(['USER', 'ENHANCER']);
  expect(generation).toMatchObject({ prompt: 'a fox', effectivePrompt: generation.prompts[1].text });
  expect(generation.attempts).toMatchObject([{ kind: 'ENHANCE' }, { kind: 'GENERATE' }]);
  const body = JSON.parse(`${gemini.received.at(-1)?.body}`);
  expect(body.contents[0].parts[0].text).toBe(generation.effectivePrompt);
});
