import { afterAll, beforeAll, expect, test } from 'vitest';
import { createBlankProvider, createScriptedProvider } from '../support/blank-provider.ts';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { largeModel, studioModel } from './models.ts';

let darkroom: Darkroom;
// Nobody runs anything: what is accepted stays as it is.
beforeAll(async () => {
  const blank = createBlankProvider();
  const others = [studioModel, largeModel].map((model) => createScriptedProvider(blank.generate, model));
  darkroom = await startDarkroom({ role: 'api', providers: [blank, ...others] });
});
afterAll(() => darkroom[Symbol.asyncDispose]());

const everything = /* GraphQL */ `
  fragment Everything on Generation {
    __typename id status text failure { code } costUsd createdAt startedAt finishedAt
    prompt effectivePrompt negativePrompt requestedModel modelSlug model { slug } provider
    options { count width height aspectRatio steps guidanceScale seed strength style styleIntensity quality outputFormat }
    warnings { option message }
    user { id } prompts { text source writtenBy } inputs { role image { id } } images { id }
    progress { sequence status stage queuePosition } events { sequence type at } attempts { number } retryOf { id }
  }
`;
const accept = /* GraphQL */ `
  ${everything}
  mutation ($input: GenerateImageInput!, $key: String, $waitSeconds: Int! = 0) {
    generateImage(input: $input, idempotencyKey: $key, waitSeconds: $waitSeconds) {
      ... on GenerateImageSuccess { replayed generation { ...Everything } }
    }
  }
`;
const read = /* GraphQL */ `
  ${everything}
  query ($id: ID!) { generation(id: $id) { ...Everything } }
`;

test.each([
  ['with nothing but a prompt', { prompt: 'a cat' }],
  [
    'with all that a model has',
    {
      prompt: 'a cat',
      negativePrompt: 'dogs',
      model: studioModel.slug,
      style: 'ink',
      seed: '42',
      deadlineSeconds: 600,
    },
  ],
  ['with a style that becomes part of the wording', { prompt: 'a cat', style: 'ink', model: largeModel.slug }],
  ['with what becomes warnings', { prompt: 'a cat', negativePrompt: 'dogs', steps: 7, guidanceScale: 3.5 }],
])('a generation %s is answered as it is read afterwards', async (_, input) => {
  const { generateImage } = await darkroom.client.query(accept, { input });
  const { generation } = await darkroom.client.query(read, { id: generateImage.generation.id });
  expect(generateImage).toEqual({ replayed: false, generation });
  expect(generation).toMatchObject({ status: 'QUEUED', prompt: 'a cat', events: [{ type: 'REQUEST_RECEIVED' }] });
});

test('so are its columns alone', async () => {
  const columns =
    'id status prompt effectivePrompt options { width seed } warnings { option } createdAt model { slug }';
  const { generateImage } = await darkroom.client.query(
    `mutation ($input: GenerateImageInput!) {
      generateImage(input: $input) { ... on GenerateImageSuccess { generation { ${columns} } } }
    }`,
    { input: { prompt: 'a cat', steps: 7 } },
  );
  const asked = `query ($id: ID!) { generation(id: $id) { ${columns} } }`;
  expect(generateImage).toEqual(await darkroom.client.query(asked, { id: generateImage.generation.id }));
});

test('so is one that was accepted before, and one that was waited for', async () => {
  const request = { input: { prompt: 'a dog' }, key: 'the same' };
  const first = await darkroom.client.query(accept, request);
  const second = await darkroom.client.query(accept, { ...request, waitSeconds: 1 });
  expect(second.generateImage).toEqual({ replayed: true, generation: first.generateImage.generation });
});
