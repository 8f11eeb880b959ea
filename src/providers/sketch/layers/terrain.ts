import type { Layer, Tile } from '../canvas/tile.ts';
import { createGrove } from './grove.ts';
import { raiseMassif } from './massif.ts';
import { createSlopes, type Ridge } from './slopes.ts';
import type { Studio } from './studio.ts';

/** Ridges from far to near, each with its trees. What a nearer ridge hides is not painted at all. */
export function createTerrain(studio: Studio, ridges: readonly Ridge[], bottom: number): Layer {
  const light = studio.scene.sun ?? studio.scene.moon;
  const side = light !== null && light.x < 0 ? -1 : 1;
  const parts = ridges.map((ridge) => {
    const massif = raiseMassif(studio, ridge, side);
    const { lineAt } = massif;
    return { lineAt, paintSlope: createSlopes(studio, ridge, massif), grove: createGrove(studio, ridge, lineAt) };
  });
  return {
    paint(tile) {
      const ends = new Float64Array(tile.columns).fill(bottom);
      const spans = parts.map(({ lineAt }) => ({ tops: traceTops(tile, lineAt), ends }));
      for (const span of spans.toReversed()) {
        span.ends = ends.slice();
        for (const [column, top] of span.tops.entries()) ends[column] = Math.min(ends[column] as number, top);
      }
      for (const [index, { paintSlope, grove }] of parts.entries()) {
        const span = spans[index];
        if (span !== undefined) paintSlope(tile, span.tops, span.ends);
        grove.paint(tile);
      }
    },
  };
}

function traceTops({ columns, left, pixelWidth }: Tile, lineAt: (x: number) => number): Float64Array {
  return Float64Array.from({ length: columns }, (_, column) => lineAt(left + column * pixelWidth));
}
