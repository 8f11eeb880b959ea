import { toLinear, toShown } from '../canvas/colour.ts';

/** Above it, light is bent towards white. */
const knee = 0.6;

const tableSteps = 1024;
const brightest = 4;
/** By the root of the light, which spreads the dark tones evenly. */
const table = Float32Array.from({ length: tableSteps * brightest + 1 }, (_, step) =>
  toShown(softenGlare((step / tableSteps) ** 2)),
);

/** How light looks on a screen, 0 to 1. */
export function toneOf(light: number): number {
  const step = Math.sqrt(Math.max(0, light)) * tableSteps;
  return table[Math.min(tableSteps * brightest, step) | 0] as number;
}

/** The light that looks like this, 0 to 1, on a screen. The brightest tones are a little less than they could be. */
export function lightOf(shown: number): number {
  const light = toLinear(shown);
  if (light <= knee) return light;
  const bent = Math.min(0.86, (light - knee) / (1 - knee));
  return knee + (1 - knee) * (Math.sqrt(2 / (1 - bent) - 1) - 1);
}

/** Leaves what paper can show and bends what is brighter towards white. */
function softenGlare(light: number): number {
  if (light <= knee) return light;
  const over = (light - knee) / (1 - knee);
  return knee + (1 - knee) * (1 - 1 / (1 + over + over * over * 0.5));
}
