import type { Canvas } from '../canvas/canvas.ts';
import { toShown } from '../canvas/colour.ts';
import { hashCell } from '../canvas/random.ts';
import type { Scene } from '../scene/scene.ts';

/** Turns light into the colours of a screen: three bytes a pixel. */
export function finishCanvas(canvas: Canvas, _scene: Scene): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(canvas.pixels.length);
  for (let index = 0; index < bytes.length; index++) {
    const shown = shownOf(canvas.pixels[index] as number);
    bytes[index] = shown + (grain[index % grain.length] as number);
  }
  return bytes;
}

const grain = Float32Array.from(
  { length: 16_381 },
  (_, index) => hashCell(index, 3, 7) * 1.2 + hashCell(index, 4, 7) * 1.2 - 0.7,
);

const tableSteps = 1024;
const brightest = 4;
/** By the root of the light, which spreads the dark tones evenly. */
const shownTable = Float32Array.from(
  { length: tableSteps * brightest + 1 },
  (_, step) => 2 + 251 * toShown(softenGlare((step / tableSteps) ** 2)),
);

function shownOf(light: number): number {
  const step = Math.sqrt(Math.max(0, light)) * tableSteps;
  return shownTable[Math.min(tableSteps * brightest, step) | 0] as number;
}

/** Leaves what paper can show and bends what is brighter towards white. */
function softenGlare(light: number): number {
  const knee = 0.6;
  if (light <= knee) return light;
  const over = (light - knee) / (1 - knee);
  return knee + (1 - knee) * (1 - 1 / (1 + over + over * over * 0.5));
}
