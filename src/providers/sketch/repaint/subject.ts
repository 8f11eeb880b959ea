import { blur } from '../canvas/blur.ts';
import { type Canvas, createCanvas } from '../canvas/canvas.ts';
import { type Colour, smoothStep } from '../canvas/colour.ts';
import { brightnessOf } from './brightness.ts';

/**
 * Where a small input shows something, 0 to 1: edges, and what differs from the rest. Three equal numbers a pixel, so that it
 * can be resampled like a picture.
 */
export function findSubject(input: Canvas): Canvas {
  const { width, height, pixels } = input;
  const [red, green, blue] = meanColour(input);
  const subject = createCanvas(width, height);
  for (let index = 0; index < pixels.length; index += 3) {
    const aside = Math.hypot(
      Math.sqrt(pixels[index] as number) - red,
      Math.sqrt(pixels[index + 1] as number) - green,
      Math.sqrt(pixels[index + 2] as number) - blue,
    );
    const shows = 3 * edgeAt(input, index / 3) + 0.9 * smoothStep(0.08, 0.4, aside);
    subject.pixels.fill(Math.min(1.3, shows), index, index + 3);
  }
  return blur(blur(subject));
}

/** Of the roots of the light, which is how the eye sees it. */
function meanColour({ pixels }: Canvas): Colour {
  const sums = [0, 0, 0] as [number, number, number];
  for (let index = 0; index < pixels.length; index += 3) {
    sums[0] += Math.sqrt(pixels[index] as number);
    sums[1] += Math.sqrt(pixels[index + 1] as number);
    sums[2] += Math.sqrt(pixels[index + 2] as number);
  }
  const count = pixels.length / 3;
  return [sums[0] / count, sums[1] / count, sums[2] / count];
}

function edgeAt({ width, height, pixels }: Canvas, place: number): number {
  const column = place % width;
  const row = (place - column) / width;
  const at = (x: number, y: number) => {
    const index = (Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))) * 3;
    return brightnessOf(pixels[index] as number, pixels[index + 1] as number, pixels[index + 2] as number);
  };
  return Math.hypot(at(column + 1, row) - at(column - 1, row), at(column, row + 1) - at(column, row - 1));
}
