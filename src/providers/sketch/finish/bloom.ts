import { blur } from '../canvas/blur.ts';
import { type Canvas, createCanvas, resample } from '../canvas/canvas.ts';

const longerSide = 64;

/** The glare of bright places, small and blurred: to be added when the picture is developed. */
export function measureBloom(canvas: Canvas): Canvas {
  const halved = halve(canvas);
  const bright = createCanvas(halved.width, halved.height);
  for (let index = 0; index < bright.pixels.length; index++) {
    bright.pixels[index] = Math.max(0, (halved.pixels[index] as number) - 0.55);
  }
  return blur(blur(bright));
}

/** Averages so that no small light is skipped. */
function halve(canvas: Canvas): Canvas {
  if (Math.max(canvas.width, canvas.height) <= longerSide) return canvas;
  const width = Math.max(2, canvas.width >> 1);
  const height = Math.max(2, canvas.height >> 1);
  return halve(resample(canvas, width, height));
}
