import { type Colour, mix } from '../canvas/colour.ts';
import { columnsBetween, cover, type Layer, rowsBetween, type Tile } from '../canvas/tile.ts';

/**
 * Gives how much of a point a shape covers, 0 to 1. Points are in the shape's own measure: the foot of its middle is
 * 0, 0 and its top is at y = 1; `pixel` is the size of a pixel, for soft edges.
 */
export type Outline = (x: number, y: number, pixel: number) => number;

/** Shapes of one kind differ by their seed. */
export type Silhouette = (seed: number) => Outline;

/** How soft edges are drawn: 1 inside, 0 outside, a pixel wide between. */
export function inside(distance: number, pixel: number): number {
  return Math.max(0, Math.min(1, distance / pixel + 0.5));
}

/** A small thing with an outline: a tree, a bird, a boat. */
export interface Stamp {
  readonly outline: Outline;
  readonly x: number;
  /** Where its foot is. */
  readonly y: number;
  readonly height: number;
  /** Half its width, as a share of its height. */
  readonly reach: number;
  readonly lit: Colour;
  readonly shaded: Colour;
  /** -1 where light comes from the left, 1 from the right. */
  readonly side: number;
}

/** Paints stamps in their order; each only in the tiles it touches. */
export function createStamps(stamps: readonly Stamp[]): Layer {
  return {
    paint(tile) {
      const right = tile.left + tile.columns * tile.pixelWidth;
      const bottom = tile.top + tile.rows * tile.pixelHeight;
      for (const stamp of stamps) {
        const half = stamp.height * stamp.reach;
        if (stamp.x + half < tile.left || stamp.x - half > right) continue;
        if (stamp.y < tile.top - tile.pixelHeight || stamp.y - stamp.height * 1.05 > bottom) continue;
        paintStamp(tile, stamp, half);
      }
    },
  };
}

function paintStamp(tile: Tile, stamp: Stamp, half: number): void {
  const { height, lit, shaded } = stamp;
  const rows = rowsBetween(tile, stamp.y - height * 1.05, stamp.y);
  const columns = columnsBetween(tile, stamp.x - half, stamp.x + half);
  const pixel = tile.pixelHeight / height;
  for (let row = rows.first; row < rows.end; row++) {
    const y = (stamp.y - tile.top - row * tile.pixelHeight) / height;
    for (let column = columns.first; column < columns.end; column++) {
      const x = (tile.left + column * tile.pixelWidth - stamp.x) / height;
      const amount = stamp.outline(x, y, pixel);
      if (amount <= 0) continue;
      const light = Math.max(0, Math.min(1, 0.35 + (stamp.side * x * 0.55) / stamp.reach + (y - 0.5) * 0.3));
      const index = (row * tile.columns + column) * 3;
      cover(
        tile.pixels,
        index,
        amount,
        mix(shaded[0], lit[0], light),
        mix(shaded[1], lit[1], light),
        mix(shaded[2], lit[2], light),
      );
    }
  }
}
