import { columnsBetween, cover, type Layer, rowsBetween, type Tile } from '../canvas/tile.ts';
import type { Scene, SkyBody } from '../scene/scene.ts';
import type { Studio } from './studio.ts';

export function createSun({ scene, pixelSize }: Studio, sun: SkyBody): Layer {
  const [red, green, blue] = scene.palette.disc;
  const radius = scene.style === 'neon' ? sun.radius * 4.2 : sun.radius;
  const body = { ...sun, radius, y: scene.style === 'neon' ? Math.min(sun.y, -radius * 1.25) : sun.y };
  return {
    paint(tile) {
      eachPixelNear(tile, body, (index, across, down) => {
        const inside = (radius - Math.hypot(across, down)) / pixelSize + 0.5;
        const amount = Math.max(0, Math.min(1, inside)) * visibleShare(scene, down / radius);
        if (amount <= 0) return;
        const fade = scene.style === 'neon' ? 0.75 - 0.45 * (down / radius) : 2.4;
        const redder = scene.style === 'neon' ? Math.max(0, 0.5 + 0.5 * (down / radius)) : 0;
        cover(
          tile.pixels,
          index,
          amount,
          red * fade + redder,
          green * fade * (1 - redder * 0.9),
          blue * fade + redder * 0.4,
        );
      });
    },
  };
}

/** The neon sun is cut by bars that widen downwards. */
function visibleShare({ style }: Scene, down: number): number {
  if (style !== 'neon' || down < -0.05) return 1;
  const bar = (down * 7) % 1;
  return bar < 0.18 + down * 0.45 ? 0 : 1;
}

type PaintPixel = (index: number, across: number, down: number) => void;

export function eachPixelNear(tile: Tile, { x, y, radius }: SkyBody, paint: PaintPixel): void {
  const rows = rowsBetween(tile, y - radius * 1.1, y + radius * 1.1);
  const columns = columnsBetween(tile, x - radius * 1.1, x + radius * 1.1);
  for (let row = rows.first; row < rows.end; row++) {
    for (let column = columns.first; column < columns.end; column++) {
      const across = tile.left + column * tile.pixelWidth - x;
      const down = tile.top + row * tile.pixelHeight - y;
      paint((row * tile.columns + column) * 3, across, down);
    }
  }
}
