import { type Canvas, createCanvas, resample } from '../canvas/canvas.ts';
import { lightOf } from '../finish/tone.ts';
import type { Pixels } from '../painting-task.ts';

const lights = Float32Array.from({ length: 256 }, (_, byte) => lightOf(byte / 255));

/** A picture in light that looks like it again when it is developed. */
export function createInputCanvas({ width, height, bytes }: Pixels): Canvas {
  const canvas = createCanvas(width, height);
  for (let index = 0; index < bytes.length; index++) canvas.pixels[index] = lights[bytes[index] as number] as number;
  return canvas;
}

/** Halves as often as it can, so that no pixel is skipped. */
export function shrink(canvas: Canvas, width: number, height: number): Canvas {
  if (canvas.width < width * 2 || canvas.height < height * 2) return resample(canvas, width, height);
  return shrink(resample(canvas, canvas.width >> 1, canvas.height >> 1), width, height);
}
