import type { Layer, Tile } from '../canvas/tile.ts';
import { createGrove } from './grove.ts';
import { raiseMassif } from './massif.ts';
import { createSlopes, type Ridge } from './slopes.ts';
import type { Studio } from './studio.ts';

export interface Terrain extends Layer {
  /** The y above which none of it reaches at x. */
  skyline(x: number): number;
}

/** Ridges from far to near, each with its trees. What a nearer ridge hides is not painted at all. */
export function createTerrain(studio: Studio, ridges: readonly Ridge[], bottom: number): Terrain {
  const { light } = studio.scene;
  const side = light !== null && light.x < 0 ? -1 : 1;
  const parts = ridges.map((ridge) => {
    const massif = raiseMassif(studio, ridge, side);
    const { lineAt } = massif;
    return { lineAt, paintSlope: createSlopes(studio, ridge, massif), grove: createGrove(studio, ridge, lineAt) };
  });
  const lines = parts.map((part) => part.lineAt);
  return {
    skyline: (x) => lines.reduce((highest, lineAt) => Math.min(highest, lineAt(x)), bottom),
    paint(tile) {
      const outlines = traceOutlines(tile, lines, bottom);
      for (const [index, { paintSlope, grove }] of parts.entries()) {
        const outline = outlines[index];
        if (outline !== undefined) paintSlope(tile, outline.tops, outline.ends);
        grove.paint(tile);
      }
    },
  };
}

interface Outline {
  /** Where the ridge begins in each column of a tile. */
  readonly tops: Float64Array;
  /** Where the nearer ridges begin. */
  readonly ends: Float64Array;
}

function traceOutlines(tile: Tile, lines: readonly ((x: number) => number)[], bottom: number): readonly Outline[] {
  let ends = new Float64Array(tile.columns).fill(bottom);
  const fromNear = lines.toReversed().map((lineAt) => {
    const tops = new Float64Array(tile.columns);
    const nearest = new Float64Array(tile.columns);
    for (let column = 0; column < tile.columns; column++) {
      const top = lineAt(tile.left + column * tile.pixelWidth);
      tops[column] = top;
      nearest[column] = Math.min(top, ends[column] as number);
    }
    const outline = { tops, ends };
    ends = nearest;
    return outline;
  });
  return fromNear.reverse();
}
