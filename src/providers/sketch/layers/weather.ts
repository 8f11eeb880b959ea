import { mix, smoothStep } from '../canvas/colour.ts';
import { fractal, visibleOctaves } from '../canvas/noise.ts';
import { hashCell } from '../canvas/random.ts';
import { cover, type Layer, type Tile } from '../canvas/tile.ts';
import type { Studio } from './studio.ts';

/** Banks of fog that hang over the land and the water. */
export function createFog({ scene, noise, pixelSize }: Studio): Layer {
  const { haze, glow } = scene.palette;
  const light = scene.light ?? { x: 0, y: 0 };
  const octaves = visibleOctaves(3, pixelSize, 3);
  return {
    paint(tile) {
      for (let row = 0; row < tile.rows; row++) {
        const y = tile.top + row * tile.pixelHeight;
        const band = Math.exp(-(((y - 0.01) / (y < 0 ? 0.13 : 0.2)) ** 2));
        if (band < 0.02) continue;
        for (let column = 0; column < tile.columns; column++) {
          const x = tile.left + column * tile.pixelWidth;
          const wisps = 0.5 + 0.75 * fractal(noise, x * 1.6 + 4, y * 6.5 + 2, octaves);
          const amount = scene.fog * band * smoothStep(0, 1, wisps) * 0.82;
          const warm = 0.3 / (1 + 8 * (x - light.x) ** 2);
          cover(
            tile.pixels,
            (row * tile.columns + column) * 3,
            amount,
            mix(haze[0] * 1.08, glow[0], warm),
            mix(haze[1] * 1.08, glow[1], warm),
            mix(haze[2] * 1.08, glow[2], warm),
          );
        }
      }
    },
  };
}

export function createRain({ scene, pixelSize }: Studio): Layer {
  const [red, green, blue] = scene.palette.sky[0];
  const lanes = [0.006, 0.011, 0.019];
  return {
    paint(tile) {
      eachPixel(tile, (index, x, y) => {
        let amount = 0.05;
        for (const [depth, lane] of lanes.entries()) {
          const slanted = (x + y * 0.16) / lane;
          const column = Math.floor(slanted);
          const drop = y / (lane * 9) + hashCell(column, depth, scene.variation) * 9;
          const chance = hashCell(column, Math.floor(drop), scene.variation + depth);
          if (chance > 0.34) continue;
          const within = drop - Math.floor(drop);
          const middle = Math.abs(slanted - column - 0.5) * lane;
          const thin = Math.max(0.0004 + depth * 0.00022, pixelSize * 0.5);
          const line = Math.max(0, 1 - middle / thin) * (0.0007 / thin) ** 0.5;
          amount = Math.max(
            amount,
            line * (0.3 + 0.2 * depth) * smoothStep(0, 0.4, within) * smoothStep(1, 0.75, within),
          );
        }
        cover(tile.pixels, index, amount, red, green, blue);
      });
    },
  };
}

export function createSnowfall({ scene, pixelSize }: Studio): Layer {
  const cells = [0.016, 0.028, 0.052, 0.11];
  return {
    paint(tile) {
      eachPixel(tile, (index, x, y) => {
        let amount = 0;
        for (const [depth, cell] of cells.entries()) {
          const column = Math.floor((x + y * 0.2) / cell);
          const row = Math.floor(y / cell);
          const seed = scene.variation + depth;
          const chance = hashCell(column, row, seed);
          if (chance > 0.62) continue;
          const radius = cell * (0.05 + 0.09 * chance);
          const flakeX = (column + 0.2 + 0.6 * hashCell(column, row, seed + 9)) * cell - y * 0.2;
          const flakeY = (row + 0.2 + 0.6 * hashCell(column, row, seed + 5)) * cell;
          const away = Math.hypot(x - flakeX, y - flakeY);
          const soft = radius * (0.3 + 0.2 * depth) + pixelSize;
          amount = Math.max(amount, (1 - smoothStep(radius - soft, radius + soft * 0.5, away)) * (0.85 - depth * 0.12));
        }
        if (amount > 0) cover(tile.pixels, index, amount, 0.9, 0.94, 1);
      });
    },
  };
}

function eachPixel(tile: Tile, paint: (index: number, x: number, y: number) => void): void {
  for (let row = 0; row < tile.rows; row++) {
    const y = tile.top + row * tile.pixelHeight;
    for (let column = 0; column < tile.columns; column++) {
      paint((row * tile.columns + column) * 3, tile.left + column * tile.pixelWidth, y);
    }
  }
}
