import { type Colour, mixColours } from '../canvas/colour.ts';
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
  readonly lit: Colour;
  readonly shaded: Colour;
}

interface Grounds {
  readonly place: number;
  readonly veil: number;
  readonly trees: TreeRow | null;
}

export function createGrove(studio: Studio, ridge: Grounds, lineAt: (x: number) => number): Layer {
  return createStamps(ridge.trees === null ? [] : plantTrees(studio, ridge, ridge.trees, lineAt));
}

function plantTrees(
  { scene, frame, noise }: Studio,
  { place, veil }: Grounds,
  row: TreeRow,
  lineAt: (x: number) => number,
): readonly Stamp[] {
  const { silhouette, reach } = trees[row.kind];
  const spacing = row.height * reach * 0.62;
  const light = scene.sun ?? scene.moon;
  const seed = Math.floor(place * 1000);
  const stamps: Stamp[] = [];
  for (let cell = Math.floor(frame.left / spacing) - 2; cell * spacing < frame.right + spacing * 2; cell++) {
    const x = (cell + hashCell(cell, 2, seed)) * spacing;
    // Woods thin out in clearings rather than evenly.
    if (hashCell(cell, 1, seed) > row.density * (0.75 + 1.5 * noise.at(x * 1.7 + place, place))) continue;
    const height = row.height * (0.45 + 0.55 * hashCell(cell, 3, seed));
    const tone = 0.16 * hashCell(cell, 4, seed);
    stamps.push({
      silhouette,
      x,
      y: lineAt(x) + height * 0.06,
      height,
      reach,
      seed: cell,
      side: light !== null && light.x < x ? -1 : 1,
      lit: mixColours(mixColours(row.lit, row.shaded, tone * 3), scene.palette.haze, veil),
      shaded: mixColours(mixColours(row.shaded, row.lit, tone), scene.palette.haze, veil),
    });
  }
  return stamps;
}
