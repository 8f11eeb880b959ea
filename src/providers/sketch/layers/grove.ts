import { type Colour, mixColours, smoothStep } from '../canvas/colour.ts';
import { hashCell } from '../canvas/random.ts';
import type { Layer } from '../canvas/tile.ts';
import { createStamps, type Stamp } from './stamps.ts';
import type { Studio } from './studio.ts';
import { type TreeKind, trees } from './trees.ts';

/** Trees that stand along a ridge. */
export interface TreeRow {
  readonly kind: TreeKind;
  readonly height: number;
  /** 0 none to 1 shoulder to shoulder. */
  readonly density: number;
  /** How far from the middle of the picture they begin. */
  readonly opening: number;
  readonly lit: Colour;
  readonly shaded: Colour;
}

interface Grounds {
  readonly base: number;
  readonly place: number;
  readonly veil: number;
  readonly trees: TreeRow | null;
}

export function createGrove(studio: Studio, ridge: Grounds, lineAt: (x: number) => number): Layer {
  return createStamps(ridge.trees === null ? [] : plantTrees(studio, ridge, ridge.trees, lineAt));
}

function plantTrees(
  { scene, frame, noise }: Studio,
  { base, place, veil }: Grounds,
  row: TreeRow,
  lineAt: (x: number) => number,
): readonly Stamp[] {
  const { silhouette, reach } = trees[row.kind];
  const spacing = row.height * reach * 0.62;
  const { light } = scene;
  const seed = Math.floor(place * 1000);
  const stamps: Stamp[] = [];
  for (let cell = Math.floor(frame.left / spacing) - 2; cell * spacing < frame.right + spacing * 2; cell++) {
    const x = (cell + hashCell(cell, 2, seed)) * spacing;
    // Woods thin out in clearings rather than evenly.
    const framing =
      row.opening === 0 ? 1 : smoothStep(row.opening * 0.35, row.opening * 1.9, Math.abs(x - 0.1 * noise.at(place, 2)));
    const chance = row.density * framing * (0.75 + 1.5 * noise.at(x * 1.7 + place, place));
    const ground = lineAt(x);
    // Below its foot a ridge is under water.
    if (hashCell(cell, 1, seed) > chance || ground > base) continue;
    const height = row.height * (0.4 + 0.6 * hashCell(cell, 3, seed)) * (0.55 + 0.45 * framing);
    const tone = 0.16 * hashCell(cell, 4, seed);
    stamps.push({
      outline: silhouette(cell),
      x,
      y: ground + height * 0.06,
      height,
      reach,
      side: light !== null && light.x < x ? -1 : 1,
      lit: mixColours(mixColours(row.lit, row.shaded, tone * 3), scene.palette.haze, veil),
      shaded: mixColours(mixColours(row.shaded, row.lit, tone), scene.palette.haze, veil),
    });
  }
  return stamps;
}
