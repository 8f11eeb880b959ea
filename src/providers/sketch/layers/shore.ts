import { smoothStep } from '../canvas/colour.ts';
import { hashCell } from '../canvas/random.ts';
import type { Studio } from './studio.ts';

/** How much of a place is water, 0 to 1. */
export type Shore = (x: number, y: number) => number;

export function chooseShore({ scene, noise, pixelSize }: Studio): Shore {
  if (scene.water !== 'river') return () => 1;
  const phase = hashCell(4, 4, scene.variation) * 6.28;
  return (x, y) => {
    // Bends follow each other faster towards the horizon, as they do on a plain.
    const depth = 1 / (y + 0.075);
    const middle = (0.1 + y * 0.7) * Math.sin(depth * 0.62 + phase) * 0.55;
    const half = 0.006 + y * 0.26 + 0.02 * y * noise.at(x * 9, y * 14);
    return smoothStep(-pixelSize, pixelSize + y * 0.012, half - Math.abs(x - middle)) * smoothStep(0.028, 0.04, y);
  };
}
