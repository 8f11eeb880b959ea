import { expect, test } from 'vitest';
import type { Canvas } from '../../src/providers/sketch/canvas/canvas.ts';
import { resample } from '../../src/providers/sketch/canvas/canvas.ts';
import { planPasses } from '../../src/providers/sketch/canvas/passes.ts';
import { paintPasses } from '../../src/providers/sketch/painter.ts';
import { composeScene } from '../../src/providers/sketch/scene/compose-scene.ts';

const size = { width: 128, height: 96 };

function paint(prompt: string, steps: number, { width, height } = size, seed = 3): readonly Canvas[] {
  const scene = composeScene({ prompt, negativePrompt: null, style: null, seed });
  return Array.from(paintPasses({ scene, size: { width, height }, steps }), ({ pixels, ...canvas }) => ({
    ...canvas,
    pixels: pixels.slice(),
  }));
}

/** How much the picture changes from pixel to pixel. */
function detail(canvas: Canvas): number {
  const { pixels } = resample(canvas, size.width, size.height);
  let sum = 0;
  for (let index = 3; index < pixels.length; index++) sum += Math.abs((pixels[index] ?? 0) - (pixels[index - 3] ?? 0));
  return sum / pixels.length;
}

function difference(one: Canvas | undefined, other: Canvas | undefined): number {
  if (one === undefined || other === undefined) throw new Error('There is no picture to compare.');
  const sameSize = resample(one, other.width, other.height);
  let sum = 0;
  for (const [index, light] of sameSize.pixels.entries()) sum += Math.abs(light - (other.pixels[index] ?? 0));
  return sum / other.pixels.length;
}

test.each([1, 2, 3, 4, 5, 7, 20, 50, 100])('%i steps are exactly as many passes', (steps) => {
  for (const [width, height] of [
    [64, 64],
    [2048, 64],
    [1024, 1024],
    [67, 2048],
  ] as const) {
    expect(planPasses({ width, height }, steps)).toHaveLength(steps);
  }
});

test('every pass changes the canvas', () => {
  const canvases = paint('mountains and a lake at sunset', 20);
  expect(canvases).toHaveLength(20);
  for (const [index, canvas] of canvases.entries()) {
    if (index > 0) expect(difference(canvases[index - 1], canvas), `pass ${index + 1}`).toBeGreaterThan(0);
  }
});

test('every pass of a small picture with the most steps changes the canvas', () => {
  const canvases = paint('ocean', 100, { width: 64, height: 64 });
  for (const [index, canvas] of canvases.entries()) {
    if (index > 0) expect(difference(canvases[index - 1], canvas), `pass ${index + 1}`).toBeGreaterThan(0);
  }
});

test('the picture develops from rough to fine', () => {
  const details = paint('misty mountains with a forest', 20).map(detail);
  const [first = 0] = details;
  const last = details.at(-1) ?? 0;
  expect(first).toBeLessThan(last * 0.75);
  expect(details[9] ?? 0).toBeGreaterThan(first);
});

test('more steps give a finer picture', () => {
  const detailAfter = (steps: number) => detail(paint('mountains and a forest', steps).at(-1) ?? failToPaint());
  expect(detailAfter(1)).toBeLessThan(detailAfter(20) * 0.9);
});

test('the same scene is the same composition at every size', () => {
  const small = paint('mountains and a lake at sunset', 12, { width: 128, height: 128 }).at(-1);
  const large = paint('mountains and a lake at sunset', 12, { width: 384, height: 384 }).at(-1);
  const otherSeed = paint('mountains and a lake at sunset', 12, { width: 128, height: 128 }, 4).at(-1);
  expect(difference(large, small)).toBeLessThan(difference(otherSeed, small) / 3);
});

test.each([
  ['hour', 'hills at night', 'hills at noon'],
  ['sky', 'hills at night with an aurora', 'hills at night with the milky way'],
  ['weather', 'hills in a storm', 'hills on a clear sky day'],
  ['season', 'hills in winter at noon', 'hills in summer at noon'],
  ['ground', 'desert at noon', 'mountains at noon'],
  ['water', 'hills at noon by the ocean', 'hills at noon by the river'],
  ['detail', 'hills at noon with flowers', 'hills at noon with a hot air balloon'],
  ['colour', 'red hills at noon', 'teal hills at noon'],
])('words of the category %s change the picture', (_, one, other) => {
  expect(difference(paint(one, 8).at(-1), paint(other, 8).at(-1))).toBeGreaterThan(0.004);
});

function failToPaint(): never {
  throw new Error('Nothing was painted.');
}
