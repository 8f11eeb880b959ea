import { smoothStep } from '../canvas/colour.ts';
import { hashCell } from '../canvas/random.ts';
import { type Layer, shine } from '../canvas/tile.ts';
import type { Studio } from './studio.ts';

const radius = 0.5;
const width = 0.05;

export function createRainbow({ scene }: Studio): Layer {
  const middle = (hashCell(3, 1, scene.variation) - 0.5) * 0.7;
  // 0 is the outer, red edge and 1 the inner, violet one.
  const hue = (share: number, peak: number) => Math.max(0, 1 - Math.abs(share - peak) * 3.1);
  return {
    paint(tile) {
      for (let row = 0; row < tile.rows; row++) {
        const y = tile.top + row * tile.pixelHeight;
        if (y > 0.02) return;
        const fade = 0.3 * smoothStep(-0.06, 0.2, -y);
        for (let column = 0; column < tile.columns; column++) {
          const x = tile.left + column * tile.pixelWidth;
          const inward = radius - Math.hypot(x - middle, (y - 0.06) * 1.05);
          const share = inward / width;
          const index = (row * tile.columns + column) * 3;
          if (share > 1) {
            const inner = 0.05 * fade * Math.exp(-(share - 1) * 0.9);
            shine(tile.pixels, index, inner, inner, inner);
          } else if (share > -0.3) {
            const soft = smoothStep(-0.3, 0.15, share) * smoothStep(1.1, 0.7, share) * fade;
            const violet = hue(share, 1) * 0.35;
            shine(
              tile.pixels,
              index,
              soft * (hue(share, 0.12) * 1.25 + violet),
              soft * hue(share, 0.45) * 0.95,
              soft * (hue(share, 0.78) + violet),
            );
          }
        }
      }
    },
  };
}
