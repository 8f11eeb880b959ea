import { smoothStep } from '../canvas/colour.ts';
import { fractal, visibleOctaves } from '../canvas/noise.ts';
import { hashCell } from '../canvas/random.ts';
import { type Layer, shine, type Tile } from '../canvas/tile.ts';
import type { Studio } from './studio.ts';

const cellSize = 0.016;

export function createStars(studio: Studio): Layer {
  const { scene } = studio;
  const band = scene.milkyWay ? createBand(studio) : null;
  return {
    paint(tile) {
      if (band !== null) paintBand(tile, band);
      const bottom = Math.min(0, tile.top + tile.rows * tile.pixelHeight);
      const right = tile.left + tile.columns * tile.pixelWidth;
      for (let row = Math.floor(tile.top / cellSize) - 1; row * cellSize < bottom + cellSize; row++) {
        for (let column = Math.floor(tile.left / cellSize) - 1; column * cellSize < right + cellSize; column++) {
          paintStar(tile, studio, row, column, band);
        }
      }
    },
  };
}

function paintStar(tile: Tile, { scene, pixelSize }: Studio, row: number, column: number, band: Band | null): void {
  const seed = scene.variation;
  const x = (column + hashCell(column, row, seed)) * cellSize;
  const y = (row + hashCell(column, row, seed + 1)) * cellSize;
  const crowd = band === null ? 0 : band.at(x, y);
  if (hashCell(column, row, seed + 2) > 0.42 + crowd * 0.5) return;
  const luck = hashCell(column, row, seed + 3);
  const brightness = (0.05 + luck ** 14 * 2.6 + luck ** 3 * 0.24) * scene.stars * smoothStep(0, 0.16, -y);
  const warmth = hashCell(column, row, seed + 4) - 0.5;
  const radius = Math.max(pixelSize * 0.62, 0.0007 + 0.0009 * luck ** 14);
  // A star smaller than a pixel keeps its light, so it fades rather than grows on small pictures.
  const light = brightness * Math.min(1, (0.0011 / radius) ** 1.2) * 1.5;
  const firstRow = Math.max(0, Math.ceil((y - radius * 3 - tile.top) / tile.pixelHeight));
  const firstColumn = Math.max(0, Math.ceil((x - radius * 3 - tile.left) / tile.pixelWidth));
  const endRow = Math.min(tile.rows, (y + radius * 3 - tile.top) / tile.pixelHeight);
  const endColumn = Math.min(tile.columns, (x + radius * 3 - tile.left) / tile.pixelWidth);
  for (let atRow = firstRow; atRow < endRow; atRow++) {
    const down = (tile.top + atRow * tile.pixelHeight - y) / radius;
    for (let atColumn = firstColumn; atColumn < endColumn; atColumn++) {
      const across = (tile.left + atColumn * tile.pixelWidth - x) / radius;
      const glow = light * Math.exp(-(across * across + down * down));
      const index = (atRow * tile.columns + atColumn) * 3;
      shine(tile.pixels, index, glow * (1 + warmth * 0.3), glow * 0.98, glow * (1.04 - warmth * 0.4));
    }
  }
}

interface Band {
  /** How dense the band is, 0 to 1. */
  at(x: number, y: number): number;
  dust(x: number, y: number): number;
}

/** The milky way leans across the sky. */
function createBand({ scene, noise, pixelSize }: Studio): Band {
  const lean = 0.55 + 0.5 * hashCell(1, 1, scene.variation);
  const side = scene.variation % 2 === 0 ? 1 : -1;
  const octaves = visibleOctaves(5, pixelSize, 5);
  const distance = (x: number, y: number) =>
    x * side * Math.cos(lean) + (y + 0.34) * Math.sin(lean) + 0.05 * noise.at(x * 3, y * 3);
  return {
    at: (x, y) => Math.exp(-((distance(x, y) / 0.14) ** 2)),
    dust: (x, y) =>
      fractal(noise, x * 5 + 3, y * 5 + 1, octaves) + 0.42 * Math.exp(-((distance(x, y) / 0.04) ** 2)) - 0.12,
  };
}

function paintBand(tile: Tile, band: Band): void {
  for (let row = 0; row < tile.rows; row++) {
    const y = tile.top + row * tile.pixelHeight;
    const fade = smoothStep(-0.02, 0.3, -y);
    if (fade <= 0) return;
    for (let column = 0; column < tile.columns; column++) {
      const x = tile.left + column * tile.pixelWidth;
      const dense = band.at(x, y) * fade;
      if (dense < 0.01) continue;
      const clear = Math.max(0.12, 0.95 - Math.max(0, band.dust(x, y)) * 1.5);
      const core = dense * dense * clear;
      const light = dense * clear;
      const index = (row * tile.columns + column) * 3;
      shine(
        tile.pixels,
        index,
        0.055 * light + 0.13 * core,
        0.065 * light + 0.085 * core,
        0.125 * light + 0.085 * core,
      );
    }
  }
}
