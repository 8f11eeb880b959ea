import { type Colour, colour, mix, mixColours } from '../canvas/colour.ts';
import { between, createRandom, hashCell } from '../canvas/random.ts';
import { columnsBetween, cover, type Layer, rowsBetween, shine, type Tile } from '../canvas/tile.ts';
import { lightSurface, veilAt } from './ridge-wish.ts';
import type { Studio } from './studio.ts';

interface Building {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly spire: number;
  readonly seed: number;
  readonly lit: Colour;
  readonly shaded: Colour;
}

const facade: Colour = colour('#8f93a3');
const lamps: readonly Colour[] = [colour('#ffcf7d'), colour('#ffe3ae'), colour('#ffb765'), colour('#cfe4ff')];
const neonLamps: readonly Colour[] = [colour('#ff4fc3'), colour('#3fe8ff'), colour('#ffe36e'), colour('#b26bff')];
const windowWidth = 0.0052;
const windowHeight = 0.0088;

export function createCity(studio: Studio): Layer {
  const rows = [0.85, 0.55, 0.26].map((distance, index) => planRow(studio, distance, index));
  const buildings = rows.flat();
  return {
    paint(tile) {
      if (tile.top > 0.02) return;
      for (const building of buildings) paintBuilding(tile, building, studio);
    },
  };
}

function planRow({ scene, frame, noise }: Studio, distance: number, index: number): readonly Building[] {
  const random = createRandom(scene.variation + index * 77);
  const veil = veilAt(scene, distance);
  const surface = lightSurface(scene, facade, distance);
  const downtown = between(random, -0.2, 0.2);
  const buildings: Building[] = [];
  for (let left = frame.left - 0.05; left < frame.right; ) {
    const width = between(random, 0.022, 0.058);
    const away = left - downtown;
    const cluster = 0.4 + 0.75 / (1 + 9 * away * away) + 0.3 * noise.at(left * 2, index * 7);
    const tall = cluster * between(random, 0.1, 0.3) * (1.05 - index * 0.24);
    const tone = between(random, -0.1, 0.25);
    buildings.push({
      left,
      right: left + width,
      top: -tall,
      spire: random() < 0.22 && tall > 0.17 ? between(random, 0.03, 0.07) : 0,
      seed: Math.floor(random() * 100_000),
      lit: mixColours(mixColours(surface.lit, surface.shaded, tone + 0.1), scene.palette.haze, veil),
      shaded: mixColours(mixColours(surface.shaded, surface.lit, Math.max(0, tone)), scene.palette.haze, veil),
    });
    left += width * between(random, 0.72, 1.15);
  }
  return buildings;
}

function paintBuilding(tile: Tile, building: Building, studio: Studio): void {
  const { left, right, top, spire } = building;
  const columns = columnsBetween(tile, left, right);
  const rows = rowsBetween(tile, top - spire, 0.012);
  if (columns.end <= columns.first || rows.end <= rows.first) return;
  const lightAt = createWindows(building, studio);
  const middle = (left + right) / 2;
  for (let row = rows.first; row < rows.end; row++) {
    const y = tile.top + row * tile.pixelHeight;
    const half =
      y >= top ? (right - left) / 2 : Math.max(0.0009, ((y - top + spire) / Math.max(0.001, spire)) * 0.0028);
    for (let column = columns.first; column < columns.end; column++) {
      const x = tile.left + column * tile.pixelWidth;
      const sideways = (half - Math.abs(x - middle)) / tile.pixelWidth + 0.5;
      const upward = (y - top + spire) / tile.pixelHeight + 0.5;
      const amount = Math.max(0, Math.min(1, sideways, upward));
      if (amount <= 0) continue;
      const index = (row * tile.columns + column) * 3;
      const face = Math.max(0, Math.min(1, 0.3 - y * 1.6 + ((x - middle) / (right - left)) * 0.35));
      const { lit, shaded } = building;
      cover(
        tile.pixels,
        index,
        amount,
        mix(shaded[0], lit[0], face),
        mix(shaded[1], lit[1], face),
        mix(shaded[2], lit[2], face),
      );
      if (y > top + 0.004 && y < 0) lightAt(tile.pixels, index, x - left, y - top);
    }
  }
}

function createWindows({ seed, right, left }: Building, { scene, pixelSize }: Studio) {
  const isDark = scene.hour === 'night' || scene.hour === 'dusk' || scene.style === 'neon';
  const chance = isDark ? 0.5 : scene.hour === 'day' ? 0.02 : 0.22;
  const power = isDark ? 1.15 : 0.8;
  const set = scene.style === 'neon' ? neonLamps : lamps;
  // Windows that are smaller than a pixel blur into one light.
  const isBlurred = pixelSize > windowWidth * 0.6;
  const last = Math.floor((right - left) / windowWidth) - 1;
  return (pixels: Float32Array, index: number, across: number, down: number) => {
    const column = Math.floor(across / windowWidth);
    const row = Math.floor(down / windowHeight);
    if (column < 1 || column > last) return;
    const lamp = set[Math.floor(hashCell(column, row, seed + 1) * hashCell(1, row, seed) * set.length)] ?? lamps[0];
    const isLit = hashCell(column, row, seed) < chance;
    const insideX = Math.abs(across / windowWidth - column - 0.5) < 0.3;
    const insideY = Math.abs(down / windowHeight - row - 0.5) < 0.32;
    const light = isBlurred
      ? chance * 0.28 * power
      : isLit && insideX && insideY
        ? power * (0.4 + 0.6 * hashCell(row, column, seed))
        : 0;
    if (light > 0 && lamp !== undefined) shine(pixels, index, lamp[0] * light, lamp[1] * light, lamp[2] * light);
  };
}
