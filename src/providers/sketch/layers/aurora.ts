import { type Colour, colour, mix } from '../canvas/colour.ts';
import { between, createRandom } from '../canvas/random.ts';
import { type Layer, shine, type Tile } from '../canvas/tile.ts';
import type { Studio } from './studio.ts';

const foot: Colour = colour('#4dffb0');
const middle: Colour = colour('#2fd0c0');
const head: Colour = colour('#a24de0');

interface Curtain {
  readonly base: number;
  readonly tall: number;
  readonly place: number;
  readonly strength: number;
}

export function createAurora(studio: Studio): Layer {
  const random = createRandom(studio.scene.variation ^ 0xa0);
  const curtains: readonly Curtain[] = [0, 1, 2].map((index) => ({
    base: -between(random, 0.13, 0.2) - index * 0.1,
    tall: between(random, 0.16, 0.3),
    place: random() * 30,
    strength: between(random, 0.55, 1) * (1 - index * 0.2),
  }));
  return {
    paint(tile) {
      if (tile.top > 0) return;
      for (let column = 0; column < tile.columns; column++) {
        for (const curtain of curtains) paintCurtain(tile, column, studio, curtain);
      }
    },
  };
}

function paintCurtain(tile: Tile, column: number, { noise }: Studio, { base, tall, place, strength }: Curtain): void {
  const x = tile.left + column * tile.pixelWidth;
  const fold = noise.at(x * 1.3 + place, place);
  const edge = base + 0.1 * fold + 0.03 * noise.at(x * 5.2 + place, place + 2);
  // A curtain seen along its fold is brighter than one seen face on.
  const folded = 0.35 + 1.1 * Math.max(0, 0.55 + noise.at(x * 2.1 + fold * 1.2, place + 5)) ** 2;
  const rays = 0.62 + 0.38 * noise.at(x * 24 + fold * 4, place) + 0.22 * noise.at(x * 71, place + 1);
  const length = tall * (0.7 + 0.5 * noise.at(x * 9, place + 9));
  const power = 0.62 * strength * folded * rays;
  for (let row = 0; row < tile.rows; row++) {
    const above = edge - (tile.top + row * tile.pixelHeight);
    if (above < -0.03) break;
    const light = power * (above < 0 ? Math.exp(-((above / 0.011) ** 2)) : Math.exp(-above / length));
    const low = Math.max(0, 1 - above / (tall * 0.5));
    const high = Math.min(1, Math.max(0, above / (tall * 1.5)));
    const index = (row * tile.columns + column) * 3;
    shine(
      tile.pixels,
      index,
      light * mix(mix(middle[0], foot[0], low), head[0], high),
      light * mix(mix(middle[1], foot[1], low), head[1], high),
      light * mix(mix(middle[2], foot[2], low), head[2], high),
    );
  }
}
