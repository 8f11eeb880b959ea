import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Darkroom, startDarkroom } from '../support/darkroom.ts';
import { follow, generate } from '../support/documents.ts';

let darkroom: Darkroom;
beforeAll(async () => {
  darkroom = await startDarkroom();
});
afterAll(() => darkroom[Symbol.asyncDispose]());

test('a prompt becomes a stored picture, followed to its end', async () => {
  const { generateImage } = await darkroom.client.query(generate, { input: { prompt: 'nothing at all' } });
  const { id } = generateImage.generation;
  const events = await Array.fromAsync(darkroom.client.subscribe(follow, { id, afterSequence: 0 }));
  const types = events.map(({ data }) => data.generationProgress.event?.type).filter(Boolean);
  expect(types).toEqual([
    'REQUEST_RECEIVED',
    'STARTED',
    'CALLING_PROVIDER',
    'IMAGE_GENERATED',
    'IMAGE_STORED',
    'SUCCEEDED',
  ]);
});
