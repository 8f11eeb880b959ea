import { type Colour, mix, mixColours, smoothStep } from '../canvas/colour.ts';
import { fractal, visibleOctaves } from '../canvas/noise.ts';
import { cover, type Tile } from '../canvas/tile.ts';
import type { TreeRow } from './grove.ts';
import type { Massif } from './massif.ts';
import type { RidgeLine } from './ridge-line.ts';
import type { Studio } from './studio.ts';

export interface Ridge extends RidgeLine {
  /** 0 at the viewer's feet to 1 at the edge of sight. */
  readonly distance: number;
  readonly lit: Colour;
  readonly shaded: Colour;
  /** How far the air has taken its colour, 0 to 1. */
  readonly veil: number;
  /** Snow lies on whatever reaches above this y; null where there is none. */
  readonly snowLine: number | null;
  /** How deep the relief of its slopes shows, 0 to 1. */
  readonly relief: number;
  /** How much wider than high the marks of its relief are. */
  readonly grain: number;
  /** How clearly the layers of its rock show, 0 to 1. */
  readonly strata: number;
  /** The mist at its feet, 0 to 1. */
  readonly mist: number;
  readonly trees: TreeRow | null;
}

/** Paints the land of one ridge between two heights for each column of a tile. */
export type PaintSlope = (tile: Tile, tops: Float64Array, ends: Float64Array) => void;

export function createSlopes(studio: Studio, ridge: Ridge, massif: Massif): PaintSlope {
  const paintPoint = createSlopePoint(studio, ridge, massif);
  return (tile, tops, ends) => {
    for (let column = 0; column < tile.columns; column++) {
      const top = tops[column] as number;
      const first = Math.max(0, Math.floor((top - tile.top) / tile.pixelHeight));
      const end = Math.min(tile.rows, Math.ceil(((ends[column] as number) - tile.top) / tile.pixelHeight + 1));
      const x = tile.left + column * tile.pixelWidth;
      for (let row = first; row < end; row++) {
        const y = tile.top + row * tile.pixelHeight;
        const amount = Math.max(0, Math.min(1, (y - top) / tile.pixelHeight + 0.5));
        if (amount > 0) paintPoint(tile.pixels, (row * tile.columns + column) * 3, amount, x, y, y - top);
      }
    }
  };
}

function createSlopePoint({ scene, noise, pixelSize }: Studio, ridge: Ridge, massif: Massif) {
  const { haze, glow } = scene.palette;
  const { light } = scene;
  const frequency = Math.max(12, ridge.frequency * 9);
  const octaves = visibleOctaves(frequency, pixelSize, 5);
  const [snowRed, snowGreen, snowBlue] = mixColours(
    scene.palette.light,
    [0.92, 0.95, 1],
    scene.hour === 'day' ? 0.5 : 0.16,
  );
  const { lit: bright, shaded, relief, strata, snowLine, height, veil } = ridge;
  const mistDepth = height * 1.15 + 0.02;
  return (pixels: Float32Array, index: number, amount: number, x: number, y: number, depth: number) => {
    let lit = 0.35;
    let white = 0;
    if (relief > 0) {
      const across = x * frequency + ridge.place;
      const here = fractal(noise, across, y * frequency * ridge.grain + ridge.place, octaves);
      const layer = strata === 0 ? 0 : strata * noise.at(ridge.place, y * 55 + here);
      lit = Math.max(0, massif.lightAt(x, y) + here * 0.6 * relief + layer);
      if (snowLine !== null) white = smoothStep(-0.02, 0.05, snowLine - y + here * height * 0.35) * 0.92;
    }
    const mist = veil + (1 - veil) * ridge.mist * smoothStep(0, 1, depth / mistDepth);
    // Air is brighter towards the light.
    const glare = light === null ? 0 : 0.42 / (1 + 7 * (x - light.x) ** 2 + 5 * (y - light.y) ** 2);
    const snowLight = 0.3 + 0.7 * lit;
    cover(
      pixels,
      index,
      amount,
      mix(mix(mix(shaded[0], bright[0], lit), snowRed * snowLight, white), mix(haze[0], glow[0], glare), mist),
      mix(mix(mix(shaded[1], bright[1], lit), snowGreen * snowLight, white), mix(haze[1], glow[1], glare), mist),
      mix(mix(mix(shaded[2], bright[2], lit), snowBlue * snowLight, white), mix(haze[2], glow[2], glare), mist),
    );
  };
}
