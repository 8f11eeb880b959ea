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

/** Turns light into the colours of a screen, in the style of the scene: three bytes a pixel. */
export function finishCanvas(painted: Canvas, { style, variation }: Scene): Uint8Array<ArrayBuffer> {
  const noise = createNoise(variation ^ 0xf1);
  const brushwork = style === null ? undefined : brushworks[style];
  const canvas = brushwork === undefined ? painted : brushwork(painted, noise);
  const bloom = resample(measureBloom(painted), Math.ceil(canvas.width / 4), Math.ceil(canvas.height / 4));
  const grade = grades[style ?? 'plain']({ canvas, noise });
  const bytes = new Uint8Array(canvas.pixels.length);
  const strength = style === 'neon' ? neonBloomStrength : bloomStrength;
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

function developRow({ canvas, bloom, strength, grade, bytes }: Development, row: number): void {
  const bloomRow = (row >> 2) * bloom.width * 3;
  for (let column = 0; column < canvas.width; column++) {
    const index = (row * canvas.width + column) * 3;
    const glare = bloomRow + (column >> 2) * 3;
    for (let channel = 0; channel < 3; channel++) {
      const light = (canvas.pixels[index + channel] as number) + strength * (bloom.pixels[glare + channel] as number);
      pixel[channel] = toneOf(light);
    }
    grade(pixel, column, row);
    for (let channel = 0; channel < 3; channel++) {
      const level = 2 + 251 * (pixel[channel] as number) + (grain[(index + channel) % grain.length] as number);
      bytes[index + channel] = Math.max(0, Math.min(255, level));
    }
  }
}

/** Hides the steps between the few levels that a byte has. */
const grain = Float32Array.from(
  { length: 16_381 },
  (_, index) => (hashCell(index, 3, 7) + hashCell(index, 4, 7)) * 1.2 - 0.7,
);
