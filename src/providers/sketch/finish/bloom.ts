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

function blur(canvas: Canvas): Canvas {
  return smear(smear(canvas, 3), canvas.width * 3);
}

const weights = [0.08, 0.16, 0.22, 0.24, 0.22, 0.16, 0.08] as const;

/** Spreads every pixel over its neighbours, `stride` numbers apart. */
function smear(canvas: Canvas, stride: number): Canvas {
  const spread = createCanvas(canvas.width, canvas.height);
  for (let index = 0; index < spread.pixels.length; index++) {
    let sum = 0;
    for (let tap = 0; tap < weights.length; tap++) {
      const neighbour = index + (tap - 3) * stride;
      const inside = neighbour >= 0 && neighbour < spread.pixels.length ? neighbour : index;
      sum += (canvas.pixels[inside] as number) * (weights[tap] as number);
    }
    spread.pixels[index] = sum / 1.16;
  }
  return spread;
}
