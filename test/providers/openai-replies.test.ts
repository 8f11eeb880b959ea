import { expect, test } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, failureOf } from '../support/orders.ts';
import { sendJson, sendText } from '../support/standins/standin.ts';
import { openai, openStage, toPictures, unstreamed } from './openai-fixtures.ts';

const slug = 'openai/gpt-image-2';
const picture = (await blankPicture(64, 64)).toString('base64');

/** A stage whose server answers this once, in one piece. */
async function openStageThatReplies(reply: unknown) {
  const stage = await openStage(openai, unstreamed);
  stage.standin.interject(/images/, (_, response) => sendJson(response, 200, reply));
  return stage;
}

async function eventsFor(reply: unknown, count = 1) {
  await using stage = await openStageThatReplies(reply);
  return await Array.fromAsync(stage.generate(slug, { pictures: toPictures(count) }));
}

async function failFor(reply: unknown): Promise<unknown> {
  await using stage = await openStageThatReplies(reply);
  return await failureOf(stage.generate(slug));
}

test('a recorded reply is read, its revised prompt with the picture that it belongs to', async () => {
  // The shape of vercel/ai, packages/openai/src/image/__fixtures__/openai-image.json; the pictures are ours.
  const revised = 'A small and adorable baby sea otter.';
  const data = [{ b64_json: picture, revised_prompt: revised }, { b64_json: picture }];
  const pictures = eventsOf(await eventsFor({ created: 1_770_935_200, data }, 2), 'picture');
  expect(pictures).toMatchObject([{ position: 0, revisedPrompt: revised }, { position: 1 }]);
  expect(pictures[1]).not.toHaveProperty('revisedPrompt');
  expect(Buffer.from(pictures[0]?.bytes ?? []).toString('base64')).toBe(picture);
});

test('the recorded reply of an edit, without usage, is read', async () => {
  // The shape of vercel/ai, packages/openai/src/image/__fixtures__/openai-image-edit.json.
  const facts = { created: 1_770_935_251, background: 'opaque', output_format: 'png', quality: 'high' };
  const events = await eventsFor({ ...facts, data: [{ b64_json: picture }], size: '1024x1024' });
  expect(events.map(({ type }) => type)).toEqual(['picture']);
});

test('a picture behind a URL is fetched at once, as dall-e-3 had it', async () => {
  await using stage = await openStage(openai, unstreamed);
  const reply = {
    data: [{ b64_json: '', url: `${stage.standin.url}/pictures/1.png?sig=abc`, revised_prompt: 'A greyer lake' }],
  };
  stage.standin.interject(/images/, (_, response) => sendJson(response, 200, reply));
  const [made] = eventsOf(await Array.fromAsync(stage.generate(slug)), 'picture');
  expect(made?.revisedPrompt).toBe('A greyer lake');
  expect(Buffer.from(made?.bytes ?? []).toString('base64')).toBe(picture);
});

test('a URL that is dead already is an output that was lost, and is not shown', async () => {
  await using stage = await openStage(openai, unstreamed);
  const url = `${stage.standin.url}/pictures/1.png?sig=abc`;
  stage.standin.interject(/images/, (_, response) => sendJson(response, 200, { data: [{ url }] }));
  stage.standin.interject(/pictures/, (_, response) => sendText(response, 403, 'Expired'));
  const failure = await failureOf(stage.generate(slug));
  expect(failure).toMatchObject({ code: 'OUTPUT_LOST', message: expect.not.stringContaining('sig=') });
});

// The usage of the example in openai/openai-openapi, openapi.yaml.
const usage = {
  total_tokens: 100,
  input_tokens: 50,
  output_tokens: 50,
  input_tokens_details: { text_tokens: 10, image_tokens: 40 },
};

test.each([
  ['by their kinds', usage, '0.001870'],
  ['those of the output counted apart', { ...usage, output_tokens_details: { image_tokens: 30 } }, '0.001270'],
  ['all of the input as text without details', { input_tokens: 50, output_tokens: 50 }, '0.001750'],
  ['what is not told of the input as nothing', { output_tokens: 50 }, '0.001500'],
])('the tokens that were used are the cost: %s', async (_, told, costUsd) => {
  const events = await eventsFor({ data: [{ b64_json: picture }], usage: told });
  expect(eventsOf(events, 'account')).toEqual([{ type: 'account', costUsd }]);
});

test.each([undefined, null, 'many', {}, { output_tokens: 'fifty' }, { output_tokens: -1 }])(
  'a usage that says nothing (%j) costs neither the picture nor a guess',
  async (told) => {
    const events = await eventsFor({ data: [{ b64_json: picture }], usage: told });
    expect(events.map(({ type }) => type)).toEqual(['picture']);
  },
);

test('tokens without prices are no cost', async () => {
  await using stage = await openStage(openai, { [slug]: { settings: { prices: null } } });
  expect(eventsOf(await Array.fromAsync(stage.generate(slug)), 'account')).toEqual([]);
});

test.each([
  ['no pictures', { data: [] }],
  ['a picture that it withholds', { data: [{ b64_json: '', url: null }] }],
  ['nothing', {}],
  ['null', null],
  ['a list of numbers', { data: [1, 2] }],
  ['something that is no base64', { data: [{ b64_json: '<svg>' }] }],
])('an answer with %s is a bad response', async (_, reply) => {
  expect(await failFor(reply)).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retryable: true, unstarted: false });
});

test('pictures that nobody ordered are left out', async () => {
  const data = Array.from({ length: 5 }, () => ({ b64_json: picture }));
  const pictures = eventsOf(await eventsFor({ data }, 2), 'picture');
  expect(pictures.map(({ position }) => position)).toEqual([0, 1]);
});

test('fewer pictures than ordered are handed over, the withheld ones left out', async () => {
  const data = [{ b64_json: '' }, { b64_json: picture }];
  const pictures = eventsOf(await eventsFor({ data }, 3), 'picture');
  expect(pictures.map(({ position }) => position)).toEqual([0]);
});

test('a redirect is not followed: the key would go along', async () => {
  await using stage = await openStage(openai);
  const elsewhere = { location: `${stage.standin.url}/v1/images/generations` };
  stage.standin.interject(/images/, (_, response) => void response.writeHead(307, elsewhere).end());
  expect(await failureOf(stage.generate(slug))).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
  expect(stage.standin.received).toHaveLength(1);
});
