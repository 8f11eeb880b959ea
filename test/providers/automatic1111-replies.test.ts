import { afterAll, beforeAll, expect, test } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, failureOf } from '../support/orders.ts';
import { type Automatic1111Standin, startAutomatic1111Standin } from '../support/standins/automatic1111.ts';
import { sendJson } from '../support/standins/standin.ts';
import { order, seedsFrom } from './automatic1111-fixtures.ts';

let standin: Automatic1111Standin;
beforeAll(async () => {
  standin = await startAutomatic1111Standin();
});
afterAll(() => standin[Symbol.asyncDispose]());

const encode = (text: string) => Buffer.from(text).toString('base64');

/** What comes of two ordered pictures, with the seeds 7 and 8, when the engine answers this. */
function orderTwo(reply: object): ReturnType<typeof order> {
  standin.interject(/txt2img/, (_, response) => sendJson(response, 200, { parameters: {}, ...reply }));
  return order(standin, { pictures: seedsFrom(7, 2) });
}

async function picturesOf(reply: object) {
  const pictures = eventsOf(await Array.fromAsync(orderTwo(reply)), 'picture');
  return pictures.map(({ position, bytes, seed }) => ({ position, seed, text: Buffer.from(bytes).toString() }));
}

const first = { position: 0, seed: 7, text: 'one' };
const second = { position: 1, seed: 8, text: 'two' };
const images = [encode('one'), encode('two')];

test('each picture comes with the seed that the engine says it used', async () => {
  const info = JSON.stringify({ seed: 41, all_seeds: [41, 42], index_of_first_image: 0, infotexts: ['…', '…'] });
  expect(await picturesOf({ images, info })).toEqual([
    { ...first, seed: 41 },
    { ...second, seed: 42 },
  ]);
});

test.each([
  ['empty, as stable-diffusion.cpp has it', ''],
  ['missing', undefined],
  ['no JSON', 'Steps: 20, Sampler: Euler'],
  ['of another shape', JSON.stringify({ all_seeds: 'none', index_of_first_image: -1 })],
])('where info is %s, the seeds are those that were ordered', async (_, info) => {
  expect(await picturesOf({ images, info })).toEqual([first, second]);
});

test('a grid before the pictures is none of them', async () => {
  const info = JSON.stringify({ all_seeds: [7, 8], index_of_first_image: 1 });
  expect(await picturesOf({ images: [encode('grid'), ...images], info })).toEqual([first, second]);
});

test('the grid of the stand-in is none of them either', async () => {
  await using gridStandin = await startAutomatic1111Standin({ returnsGrid: true });
  const events = eventsOf(await Array.fromAsync(order(gridStandin, { pictures: seedsFrom(7, 2) })), 'picture');
  const bytes = Buffer.from(await blankPicture(64, 64));
  expect(events.map((event) => ({ ...event, bytes: Buffer.from(event.bytes).equals(bytes) }))).toEqual([
    { type: 'picture', position: 0, seed: 7, bytes: true },
    { type: 'picture', position: 1, seed: 8, bytes: true },
  ]);
});

test('pictures that nobody ordered, as extensions add them, are left out', async () => {
  const info = JSON.stringify({ all_seeds: [7, 8] });
  expect(await picturesOf({ images: [...images, encode('depth map')], info })).toEqual([first, second]);
});

test('fewer pictures than ordered are no error', async () => {
  expect(await picturesOf({ images: [encode('one')], info: '' })).toEqual([first]);
});

test('a picture as a data URL is taken as well', async () => {
  expect(await picturesOf({ images: [`data:image/png;base64,${encode('one')}`], info: '' })).toEqual([first]);
});

test.each([
  ['no pictures', { images: [], info: '' }],
  ['null for pictures', { images: null, info: '' }],
  ['a grid alone', { images: [encode('grid')], info: JSON.stringify({ index_of_first_image: 1 }) }],
  ['a list', []],
  ['pictures that are no text', { images: [1, 2], info: '' }],
  ['a picture that is no base64', { images: ['<html>'], info: '' }],
  ['an empty picture', { images: [''], info: '' }],
])('%s is a bad answer', async (_, reply) => {
  const failure = await failureOf(orderTwo(reply));
  expect(failure).toMatchObject({ name: 'ProviderError', code: 'PROVIDER_BAD_RESPONSE', retryable: true });
});
