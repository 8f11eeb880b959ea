import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { eventsOf } from '../support/orders.ts';
import { faults, sendJson, startStandin } from '../support/standins/standin.ts';
import { fourPictures, openFal, publishedResult, submitsOf } from './fal-fixtures.ts';

const together = { capabilities: { picturesPerCall: 4 } };
const { standin, generate, fail } = await openFal({ 'fal/flux-schnell': together });

const statuses = [{ status: 'COMPLETED' }];
const image = (name = '64x64-0.png') => ({ url: `${standin.url}/files/some/${name}` });
const answer = (body: object) => standin.play({ statuses, result: { status: 200, body } });
const makePictures = async (wishes = {}) => eventsOf(await Array.fromAsync(generate(wishes)), 'picture');

describe('a result', () => {
  test('may hold several pictures, each in its place', async () => {
    const pictures = await makePictures(fourPictures);
    expect(pictures.map(({ position }) => position)).toEqual([0, 1, 2, 3]);
    // The seed of the first is all that a request knows.
    expect(pictures.map(({ seed }) => seed)).toEqual([20, null, null, null]);
    const { format, width } = await sharp(pictures[3]?.bytes).metadata();
    expect({ format, width }).toEqual({ format: 'jpeg', width: 1024 });
  });

  test('may hold one picture that is no list', async () => {
    answer({ image: image() });
    expect(await makePictures()).toHaveLength(1);
  });

  test('may hold the picture itself', async () => {
    answer({ images: [{ url: 'data:image/png;base64,aGVsbG8=' }] });
    const [picture] = await makePictures();
    expect(Buffer.from(picture?.bytes ?? []).toString()).toBe('hello');
  });

  test('tells the seed that was used', async () => {
    answer({ ...publishedResult, images: [{ ...publishedResult.images[0], ...image() }] });
    expect(await makePictures()).toEqual([expect.objectContaining({ seed: 328_395_684 })]);
  });

  test.each([{}, { seed: null }, { seed: 1.5 }, { seed: '12' }])(
    'with %j for a seed has the ordered one',
    async (seed) => {
      answer({ images: [image()], ...seed });
      expect(await makePictures()).toMatchObject([{ seed: 7 }]);
    },
  );

  test('tells the wording where that is another one', async () => {
    answer({ images: [image()], prompt: 'A grey lake under low clouds' });
    expect(await makePictures()).toMatchObject([{ revisedPrompt: 'A grey lake under low clouds' }]);
    answer({ images: [image()], prompt: ' A grey lake\n' });
    expect((await makePictures())[0]).not.toHaveProperty('revisedPrompt');
  });

  test('may say something beside its pictures', async () => {
    answer({ images: [image()], description: 'Here is your lake.' });
    expect(eventsOf(await Array.fromAsync(generate()), 'text')).toEqual([{ type: 'text', text: 'Here is your lake.' }]);
  });

  test('of too few pictures ends early, and of too many is cut off', async () => {
    answer({ images: [image()] });
    expect(await makePictures(fourPictures)).toHaveLength(1);
    answer({ images: [image(), image()] });
    expect(await makePictures()).toHaveLength(1);
  });

  test.each([
    ['nothing', {}],
    ['no pictures', { images: [] }],
    ['pictures without an address', { images: [{ width: 64 }] }],
    ['an address that is none', { images: [{ url: 'hello' }] }],
    ['a list', []],
  ])('with %s is no result', async (_, body) => {
    answer(body);
    expect(await fail()).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retryable: true, unstarted: false });
  });

  test('that is no JSON is none either', async () => {
    standin.interject(/\/requests\/[\w-]+$/, faults.garbage);
    expect(await fail()).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
  });
});

describe('a picture that the safety checker blackened', () => {
  const two = { images: [image(), image('128x128-1.png')], seed: 20 };

  test('is refused, whatever the status says', async () => {
    answer({ images: [image()], has_nsfw_concepts: [true] });
    expect(await fail()).toMatchObject({ code: 'CONTENT_REFUSED', retryable: false, categories: ['nsfw'] });
  });

  test('is left out where others are good', async () => {
    answer({ ...two, has_nsfw_concepts: [true, false] });
    const pictures = await makePictures({ pictures: fourPictures.pictures.slice(0, 2) });
    expect(pictures.map(({ position }) => position)).toEqual([1]);
    expect((await sharp(pictures[0]?.bytes).metadata()).width).toBe(128);
  });

  test('is known by the other name that some models have for it', async () => {
    answer({ ...two, nsfw_content_detected: [true, true] });
    expect(await fail()).toMatchObject({ code: 'CONTENT_REFUSED' });
  });

  test('is not even fetched', async () => {
    const before = standin.received.filter(({ path }) => path.startsWith('/files/')).length;
    expect(await fail({ prompt: 'Something NSFW' })).toMatchObject({ code: 'CONTENT_REFUSED' });
    expect(standin.received.filter(({ path }) => path.startsWith('/files/'))).toHaveLength(before);
  });
});

describe('the copy of a picture', () => {
  test('is lost when its address has died', async () => {
    standin.interject(/^\/files\//, (_, response) => sendJson(response, 410, {}));
    expect(await fail()).toMatchObject({ code: 'OUTPUT_LOST' });
  });

  test('is never fetched from a private address', async () => {
    const inside = await startStandin((_, response) => sendJson(response, 200, {}));
    answer({ images: [{ url: `${inside.url}/secrets.png` }] });
    expect(await fail()).toMatchObject({ code: 'OUTPUT_LOST' });
    expect(inside.received).toEqual([]);
    await inside[Symbol.asyncDispose]();
  });
});

test.each(['../../account', 'a/b', '', '..', 12])('%j is no id of a request', async (id) => {
  standin.interject(/\/schnell$/, (_, response) => sendJson(response, 200, { status: 'IN_QUEUE', request_id: id }));
  expect(await fail()).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
  expect(standin.received.at(-1)).toBe(submitsOf(standin).at(-1));
});
