import { type Colour, colour } from '../canvas/colour.ts';
import { hashCell } from '../canvas/random.ts';
import { cover, type Layer, shine, type Tile } from '../canvas/tile.ts';
import { chooseShore } from './shore.ts';
import type { Studio } from './studio.ts';

const petals: readonly Colour[] = [
  colour('#e8423f'),
  colour('#f4c63d'),
  colour('#c77be0'),
  colour('#f6f2ea'),
  colour('#f08ab0'),
];

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly luck: number;
}

/** Flowers in the grass at the viewer's feet: small and dense behind, large in front. */
export function createFlowers(studio: Studio): Layer {
  const { scene, pixelSize } = studio;
  const { light, silhouette } = scene.palette;
  const dim = scene.hour === 'day' ? 1 : 0.75;
  const start = scene.water === 'lake' ? 0.405 : 0.2;
  const shoreAt = scene.water === 'river' ? chooseShore(studio) : () => 0;
  return {
    paint(tile) {
      eachDot(tile, { cell: 0.017, seed: scene.variation, chance: 0.42 }, ({ x, y, radius, luck }) => {
        if (y < start || shoreAt(x, y) > 0) return;
        const size = radius * (0.25 + (y - start) * 2.2);
        const petal =
          petals[Math.floor(hashCell(Math.floor(x * 3), Math.floor(y * 5), scene.variation) * 2 + luck * 2.5)] ??
          petals[0];
        if (petal === undefined) return;
        eachPixelOf(tile, x, y, size + pixelSize, (index, away) => {
          const amount = Math.max(0, Math.min(1, (size - away) / pixelSize + 0.5));
          const tone = (channel: 0 | 1 | 2) => petal[channel] * light[channel] * dim + silhouette[channel] * (1 - dim);
          cover(tile.pixels, index, amount * 0.95, tone(0), tone(1), tone(2));
        });
      });
    },
  };
}

export function createFireflies({ scene }: Studio): Layer {
  return {
    paint(tile) {
      eachDot(tile, { cell: 0.055, seed: scene.variation ^ 5, chance: 0.5 }, ({ x, y, luck }) => {
        if (y < -0.06) return;
        const size = 0.002 + 0.0022 * luck;
        eachPixelOf(tile, x, y, size * 9, (index, away) => {
          const light = Math.exp(-((away / size) ** 2)) * 1.6 + 0.16 * Math.exp(-away / (size * 2.6));
          shine(tile.pixels, index, light, light * 0.82, light * 0.25);
        });
      });
    },
  };
}

interface Sowing {
  readonly cell: number;
  readonly seed: number;
  readonly chance: number;
}

function eachDot(tile: Tile, { cell, seed, chance }: Sowing, paint: (dot: Dot) => void): void {
  const lastRow = Math.floor((tile.top + tile.rows * tile.pixelHeight) / cell) + 1;
  const lastColumn = Math.floor((tile.left + tile.columns * tile.pixelWidth) / cell) + 1;
  for (let row = Math.floor(tile.top / cell) - 1; row <= lastRow; row++) {
    for (let column = Math.floor(tile.left / cell) - 1; column <= lastColumn; column++) {
      const luck = hashCell(column, row, seed);
      if (luck > chance) continue;
      const x = (column + hashCell(column, row, seed + 1)) * cell;
      const y = (row + hashCell(column, row, seed + 2)) * cell;
      paint({ x, y, radius: cell * (0.5 + 0.5 * hashCell(column, row, seed + 3)) * 0.5, luck: luck / chance });
    }
  }
}

function eachPixelOf(
  tile: Tile,
  x: number,
  y: number,
  reach: number,
  paint: (index: number, away: number) => void,
): void {
  const firstRow = Math.max(0, Math.ceil((y - reach - tile.top) / tile.pixelHeight));
  const endRow = Math.min(tile.rows, (y + reach - tile.top) / tile.pixelHeight);
  const firstColumn = Math.max(0, Math.ceil((x - reach - tile.left) / tile.pixelWidth));
  const endColumn = Math.min(tile.columns, (x + reach - tile.left) / tile.pixelWidth);
  for (let row = firstRow; row < endRow; row++) {
    for (let column = firstColumn; column < endColumn; column++) {
      const away = Math.hypot(tile.left + column * tile.pixelWidth - x, tile.top + row * tile.pixelHeight - y);
      paint((row * tile.columns + column) * 3, away);
    }
  }
}
