import { type Canvas, createCanvas } from './canvas.ts';

/** Spreads every pixel over some three pixels around it. */
export function blur(canvas: Canvas): Canvas {
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
