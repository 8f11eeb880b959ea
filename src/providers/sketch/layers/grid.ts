import { mix } from '../canvas/colour.ts';
import { cover, type Layer, shine } from '../canvas/tile.ts';
import type { Studio } from './studio.ts';

/** A plain of glowing lines that run to the horizon. */
export function createGrid({ scene: { palette }, pixelSize }: Studio): Layer {
  const { glow, silhouette, shade } = palette;
  return {
    paint(tile) {
      for (let row = 0; row < tile.rows; row++) {
        const y = tile.top + row * tile.pixelHeight;
        if (y < 0) continue;
        const depth = 0.16 / (y + 0.004);
        const fade = Math.min(1, y * 9);
        const across = lineAt(depth * 2, (pixelSize * depth * 2) / (y + 0.004));
        for (let column = 0; column < tile.columns; column++) {
          const x = tile.left + column * tile.pixelWidth;
          const along = lineAt(x * depth * 5, pixelSize * depth * 5);
          const index = (row * tile.columns + column) * 3;
          const light = fade * Math.min(1.4, across + along) + (1 - fade) * 0.55;
          const amount = Math.min(1, (y + pixelSize) / (pixelSize * 2));
          const ground = (channel: 0 | 1 | 2) => mix(silhouette[channel], shade[channel], 0.25 * (1 - y));
          cover(tile.pixels, index, amount, ground(0), ground(1), ground(2));
          shine(tile.pixels, index, glow[0] * light * amount, glow[1] * light * amount, glow[2] * light * amount);
        }
      }
    },
  };
}

/** The light of a line at every whole number, with a halo; `pixel` is the size of a pixel. */
function lineAt(place: number, pixel: number): number {
  const away = Math.abs(place - Math.round(place));
  const width = Math.max(0.018, pixel * 0.8);
  return (0.018 / width) * 1.1 * Math.exp(-((away / width) ** 2)) + 0.14 * Math.exp(-away * 16);
}
