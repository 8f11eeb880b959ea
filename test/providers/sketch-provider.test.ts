import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { createSketchProvider } from '../../src/providers/sketch/sketch-provider.ts';
import { eventsOf } from '../support/orders.ts';
import { paintOne, sketchOrder } from './sketch-order.ts';

const provider = createSketchProvider({ stepMilliseconds: 0 });
afterAll(() => provider[Symbol.asyncDispose]());

test('the same order gives the same bytes, whatever is asked before and beside it', async () => {
  const first = await paintOne(provider);
  const [again, , beside] = await Promise.all([
    paintOne(provider),
    paintOne(provider, { prompt: 'ocean at night', steps: 9 }),
    paintOne(provider),
  ]);
  expect(again.equals(first)).toBe(true);
  expect(beside.equals(first)).toBe(true);
});

test('another seed, prompt, style or number of steps gives another picture', async () => {
  const first = await paintOne(provider);
  const others = [
    { pictures: [{ position: 0, seed: 2 }] },
    { prompt: 'mountains and a lake at sunset, xyzzy' },
    { style: 'ink' },
    { steps: 7, width: 96, height: 73 },
    { steps: 1 },
    { negativePrompt: 'lake' },
  ];
  for (const other of others) expect((await paintOne(provider, other)).equals(first)).toBe(false);
});

test('a null seed counts as 0', async () => {
  const none = await paintOne(provider, { pictures: [{ position: 0, seed: null }] });
  expect(none.equals(await paintOne(provider, { pictures: [{ position: 0, seed: 0 }] }))).toBe(true);
});

test.each([
  ['PNG', 'png', 67, 131],
  ['WEBP', 'webp', 131, 67],
  ['JPEG', 'jpeg', 64, 64],
  ['PNG', 'png', 512, 64],
  ['WEBP', 'webp', 64, 512],
] as const)('a %s is a %s of exactly %i x %i pixels', async (outputFormat, format, width, height) => {
  const bytes = await paintOne(provider, { outputFormat, width, height });
  expect(await sharp(bytes).metadata()).toMatchObject({ format, width, height, channels: 3 });
});

test('every pass of every picture is told, and the last one ends at fraction 1', async () => {
  const pictures = [
    { position: 2, seed: 7 },
    { position: 3, seed: 8 },
  ];
  const events = await Array.fromAsync(provider.generate(sketchOrder(provider, { pictures, steps: 5 })));
  const progress = eventsOf(events, 'progress');
  expect(progress.map((event) => event.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(new Set(progress.map((event) => event.totalSteps))).toEqual(new Set([10]));
  expect(progress.map((event) => event.fraction)).toEqual(progress.map((event) => (event.step ?? 0) / 10));
});

test('each ordered picture comes once, with its position and its own seed', async () => {
  const pictures = [
    { position: 0, seed: 4_294_967_295 },
    { position: 1, seed: 0 },
  ];
  const events = eventsOf(await Array.fromAsync(provider.generate(sketchOrder(provider, { pictures }))), 'picture');
  expect(events.map(({ position, seed }) => ({ position, seed }))).toEqual(pictures);
  const alone = await paintOne(provider, { pictures: [{ position: 0, seed: 0 }] });
  expect(Buffer.from(events[1]?.bytes ?? []).equals(alone)).toBe(true);
  expect(Buffer.from(events[0]?.bytes ?? []).equals(alone)).toBe(false);
});

test('previews come before the picture, small in pixels and in bytes', async () => {
  const order = sketchOrder(provider, { width: 1200, height: 600, steps: 8, style: 'monochrome' });
  const events = await Array.fromAsync(provider.generate(order));
  const previews = eventsOf(events, 'preview');
  expect(previews.length).toBeGreaterThan(0);
  expect(events.findLastIndex((event) => event.type === 'preview')).toBeLessThan(events.length - 1);
  for (const { bytes, mediaType, width, height } of previews) {
    expect({ mediaType, width, height }).toEqual({ mediaType: 'image/jpeg', width: 512, height: 256 });
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 512, height: 256 });
    expect(bytes.length).toBeLessThanOrEqual(64 * 1024);
  }
});

test('previews of quick pictures are not sent more often than four times a second', async () => {
  const pictures = [0, 1, 2, 3].map((position) => ({ position, seed: position }));
  const start = performance.now();
  const events = await Array.fromAsync(provider.generate(sketchOrder(provider, { pictures, steps: 40 })));
  const seconds = (performance.now() - start) / 1000;
  expect(eventsOf(events, 'preview').length).toBeLessThanOrEqual(1 + seconds * 4);
});

test.each([
  ['nothing it knows', 'qwertz'],
  ['a single space', ' '],
  ['emoji', '🏔️🌅🌊'],
  ['text from right to left', 'שקיעה מעל ההרים وبحيرة هادئة'],
  ['names of the language', 'constructor __proto__ toString hasOwnProperty'],
  ['ten thousand characters', 'mountain, '.repeat(1000)],
  ['ten thousand characters without a break', 'é'.repeat(10_000)],
])('a prompt of %s gives a picture', async (_, prompt) => {
  const { entropy } = await sharp(await paintOne(provider, { prompt, negativePrompt: prompt, steps: 4 })).stats();
  expect(entropy).toBeGreaterThan(4);
});

test('every style it lists can be painted and looks different', async () => {
  const styles = provider.models[0]?.capabilities.styles ?? [];
  expect(styles).toEqual(expect.arrayContaining(['watercolor', 'neon', 'monochrome', 'pastel']));
  const pictures = await Promise.all(styles.map((style) => paintOne(provider, { style })));
  expect(new Set(pictures.map((bytes) => bytes.toString('base64'))).size).toBe(styles.length);
});
