import { type Canvas, resample } from '../canvas/canvas.ts';
import { createNoise } from '../canvas/noise.ts';
import { hashCell } from '../canvas/random.ts';
import type { Scene } from '../scene/scene.ts';
import { measureBloom } from './bloom.ts';
import { brushworks } from './brushwork.ts';
import { type Grade, grades } from './grades.ts';
import { toneOf } from './tone.ts';

const bloomStrength = 0.32;
const neonBloomStrength = 0.75;

/** Turns light into the colours of a screen, in the style of the scene: three bytes a pixel. `glare` 0 lets nothing bloom. */
export function finishCanvas(painted: Canvas, { style, variation }: Scene, glare = 1): Uint8Array<ArrayBuffer> {
  const noise = createNoise(variation ^ 0xf1);
  const brushwork = style === null ? undefined : brushworks[style];
  const canvas = brushwork === undefined ? painted : brushwork(painted, noise);
  const bloom = resample(measureBloom(painted), Math.ceil(canvas.width / 4), Math.ceil(canvas.height / 4));
  const grade = grades[style ?? 'plain']({ canvas, noise });
  const bytes = new Uint8Array(canvas.pixels.length);
  const strength = glare * (style === 'neon' ? neonBloomStrength : bloomStrength);
  for (let row = 0; row < canvas.height; row++) developRow({ canvas, bloom, strength, grade, bytes }, row);
  return bytes;
}

interface Development {
  readonly canvas: Canvas;
  /** A quarter of the canvas's size. */
  readonly bloom: Canvas;
  readonly strength: number;
  readonly grade: Grade;
  readonly bytes: Uint8Array;
}

const pixel = new Float32Array(3);

function developRow({ canvas: { width, pixels }, bloom, strength, grade, bytes }: Development, row: number): void {
  const bloomRow = (row >> 2) * bloom.width * 3;
  const glares = bloom.pixels;
  for (let column = 0; column < width; column++) {
    const index = (row * width + column) * 3;
    const glare = bloomRow + (column >> 2) * 3;
    pixel[0] = toneOf((pixels[index] as number) + strength * (glares[glare] as number));
    pixel[1] = toneOf((pixels[index + 1] as number) + strength * (glares[glare + 1] as number));
    pixel[2] = toneOf((pixels[index + 2] as number) + strength * (glares[glare + 2] as number));
    grade(pixel, column, row);
    const dither = index % (grain.length - 2);
    bytes[index] = toByte(pixel[0] as number, grain[dither] as number);
    bytes[index + 1] = toByte(pixel[1] as number, grain[dither + 1] as number);
    bytes[index + 2] = toByte(pixel[2] as number, grain[dither + 2] as number);
  }
}

function toByte(shown: number, dither: number): number {
  return Math.max(0, Math.min(255, 2 + 251 * shown + dither));
}

/** Hides the steps between the few levels that a byte has. */
const grain = Float32Array.from(
  { length: 16_381 },
  (_, index) => (hashCell(index, 3, 7) + hashCell(index, 4, 7)) * 1.2 - 0.7,
);
