import sharp from 'sharp';
import { afterAll, expect, test, vi } from 'vitest';
import type { PictureOrder } from '../../src/providers/provider.ts';
import { createSketchProvider } from '../../src/providers/sketch/sketch-provider.ts';
import { eventsOf, failureOf, toInput } from '../support/orders.ts';
import { blackSquare, difference, likeness, meanColour, plain, stripes } from './sketch-input-pictures.ts';
import { paintOne, sketchOrder } from './sketch-order.ts';

const provider = createSketchProvider({ stepMilliseconds: 0 });
afterAll(() => provider[Symbol.asyncDispose]());

async function repaint(picture: Buffer, wishes: Partial<PictureOrder> = {}): Promise<Buffer> {
  return paintOne(provider, { inputs: [toInput(picture)], ...wishes });
}

const square = await blackSquare(96, 72);

test('takes one input image, and says how far it may leave it', () => {
  expect(provider.models[0]?.capabilities).toMatchObject({
    inputImages: { min: 0, max: 1 },
    strength: { min: 0, max: 1, default: 0.5 },
  });
});

test('the same input gives the same bytes, whatever is painted beside it', async () => {
  const first = await repaint(square);
  const [again, , beside] = await Promise.all([repaint(square), repaint(await stripes(96, 72)), repaint(square)]);
  expect(again.equals(first)).toBe(true);
  expect(beside.equals(first)).toBe(true);
});

test('another input, strength, seed, prompt or style gives another picture', async () => {
  const first = await repaint(square);
  const others = [
    repaint(await stripes(96, 72)),
    repaint(square, { strength: 0.6 }),
    repaint(square, { pictures: [{ position: 0, seed: 2 }] }),
    repaint(square, { prompt: 'ocean at night' }),
    repaint(square, { style: 'ink' }),
    paintOne(provider),
  ];
  for (const other of await Promise.all(others)) expect(other.equals(first)).toBe(false);
});

test('without a strength it takes its usual one', async () => {
  expect((await repaint(square, { strength: null })).equals(await repaint(square, { strength: 0.5 }))).toBe(true);
});

test('the less strength, the closer it stays to the input; the more, the closer it comes to the scene', async () => {
  const scene = await paintOne(provider);
  const pictures = await Promise.all([0, 0.5, 1].map((strength) => repaint(square, { strength })));
  const [near, between, far] = await Promise.all(pictures.map((picture) => difference(picture, square)));
  expect(near).toBeLessThan(0.6 * (between ?? 0));
  expect(between).toBeLessThan(0.8 * (far ?? 0));
  const [kept, , left] = await Promise.all(pictures.map((picture) => difference(picture, scene)));
  expect(left).toBeLessThan(0.15 * (kept ?? 0));
});

test('at its usual strength what the input shows is still there, and more than the scene', async () => {
  const picture = await repaint(square);
  expect(await likeness(picture, square)).toBeGreaterThan(0.9);
  expect(await likeness(await paintOne(provider), square)).toBeLessThan(0.5);
});

test('the colours are those of the scene', async () => {
  const grey = await plain('#909090');
  const colourOf = async (prompt: string) => meanColour(await repaint(grey, { prompt }));
  const [red, teal] = [await colourOf('red hills at noon'), await colourOf('teal hills at noon')];
  expect(red.red - red.blue).toBeGreaterThan(20);
  expect(teal.blue - teal.red).toBeGreaterThan(20);
});

test('white paper is darker at night', async () => {
  const white = await plain('#ffffff');
  const [night, noon] = await Promise.all([repaint(white, { prompt: 'night' }), repaint(white, { prompt: 'noon' })]);
  expect((await meanColour(night)).red).toBeLessThan((await meanColour(noon)).red - 40);
});

test.each([
  ['PNG', 'png', 67, 131],
  ['WEBP', 'webp', 131, 67],
  ['JPEG', 'jpeg', 512, 64],
] as const)(
  'a %s is a %s of exactly %i x %i pixels, whatever the input is',
  async (outputFormat, format, width, height) => {
    const bytes = await repaint(square, { outputFormat, width, height });
    expect(await sharp(bytes).metadata()).toMatchObject({ format, width, height, channels: 3 });
  },
);

test('an input of another shape is cut, not stretched', async () => {
  const wide = await blackSquare(288, 72);
  const same = await repaint(wide, { strength: 0 });
  expect(await difference(same, square)).toBeLessThan(25);
  expect(await likeness(same, square)).toBeGreaterThan(0.95);
});

test('every style repaints in its own way', async () => {
  const styles = provider.models[0]?.capabilities.styles ?? [];
  const pictures = await Promise.all(styles.map((style) => repaint(square, { style })));
  expect(new Set(pictures.map((bytes) => bytes.toString('base64'))).size).toBe(styles.length);
});

test('tells every pass, and shows the input in its looks at the unfinished picture', async () => {
  const order = sketchOrder(provider, { inputs: [toInput(square)], width: 800, height: 600, steps: 8, strength: 0.2 });
  const events = await Array.fromAsync(provider.generate(order));
  expect(eventsOf(events, 'progress').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const [preview] = eventsOf(events, 'preview');
  expect(preview).toMatchObject({ width: 512, height: 384 });
  expect(await likeness(Buffer.from(preview?.bytes ?? []), square)).toBeGreaterThan(0.9);
});

test('the input develops from rough to fine', async () => {
  const fine = await stripes(96, 72);
  const [one, two, twenty] = await Promise.all([1, 2, 20].map((steps) => repaint(fine, { steps, strength: 0.2 })));
  const likenesses = await Promise.all([one, two, twenty].map((picture) => likeness(picture ?? square, fine)));
  expect(likenesses).toEqual(likenesses.toSorted((first, second) => first - second));
  expect(likenesses[2]).toBeGreaterThan((likenesses[0] ?? 1) + 0.2);
});

test('the input is converted once for all pictures of an order', async () => {
  const convert = vi.fn(toInput(square).convert);
  const pictures = [0, 1, 2].map((position) => ({ position, seed: position }));
  const order = sketchOrder(provider, { inputs: [{ ...toInput(square), convert }], pictures });
  expect(eventsOf(await Array.fromAsync(provider.generate(order)), 'picture')).toHaveLength(3);
  expect(convert).toHaveBeenCalledTimes(1);
});

test.each([
  ['in greys', () => sharp(square).greyscale().png().toBuffer()],
  ['of 16 bits a channel', () => sharp(square).toColourspace('rgb16').png().toBuffer()],
  ['in printing colours', () => sharp(square).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()],
  ['with see-through paper', () => sharp(square).unflatten().png().toBuffer()],
])('an input %s looks as it does', async (_, toPicture) => {
  const picture = await repaint(await toPicture(), { strength: 0 });
  expect(await difference(picture, square)).toBeLessThan(25);
});

test('an input of a single pixel gives a picture', async () => {
  const pixel = await sharp(square).resize(1, 1).png().toBuffer();
  expect(await sharp(await repaint(pixel)).metadata()).toMatchObject({ width: 96, height: 72 });
});

test.each([
  ['no picture', Buffer.from('<html>')],
  ['half a picture', square.subarray(0, square.length / 2)],
  ['nothing', Buffer.alloc(0)],
])('an input that is %s is unusable', async (_, bytes) => {
  const failure = await failureOf(provider.generate(sketchOrder(provider, { inputs: [toInput(bytes)] })));
  expect(failure).toMatchObject({ name: 'ProviderError', code: 'INPUT_IMAGE_UNUSABLE', retryable: false });
});

test('an abort between two passes ends at once, with the reason of the signal', async () => {
  await using slow = createSketchProvider({ stepMilliseconds: 3_600_000 });
  const controller = new AbortController();
  const reason = new Error('The user changed their mind.');
  const order = sketchOrder(slow, { inputs: [toInput(square)], signal: controller.signal });
  const events = slow.generate(order)[Symbol.asyncIterator]();
  expect((await events.next()).value).toMatchObject({ type: 'progress', step: 1 });
  controller.abort(reason);
  await expect(Array.fromAsync({ [Symbol.asyncIterator]: () => events })).rejects.toBe(reason);
});

test('an abort while the input is read paints nothing', async () => {
  const controller = new AbortController();
  const reason = new Error('Too late.');
  const convert = (_: unknown, signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const order = sketchOrder(provider, { inputs: [{ ...toInput(square), convert }], signal: controller.signal });
  const failure = failureOf(provider.generate(order));
  controller.abort(reason);
  expect(await failure).toBe(reason);
});
