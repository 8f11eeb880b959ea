/**
 * A part of the picture at one resolution. Places are in scene units: 0, 0 is the middle of the horizon, y grows
 * downwards, and one unit is about the height of the picture, so a scene looks the same at every size.
 */
export interface Tile {
  /** Three numbers a pixel, row by row. */
  readonly pixels: Float32Array;
  readonly columns: number;
  readonly rows: number;
  /** The middle of the first pixel. */
  readonly left: number;
  readonly top: number;
  readonly pixelWidth: number;
  readonly pixelHeight: number;
}

/** One kind of thing in the picture. Layers are painted from far to near, each over the ones before. */
export interface Layer {
  paint(tile: Tile): void;
}

/** Covers what is there; `amount` 0 to 1. */
export function cover(
  pixels: Float32Array,
  index: number,
  amount: number,
  red: number,
  green: number,
  blue: number,
): void {
  const kept = 1 - amount;
  pixels[index] = (pixels[index] as number) * kept + red * amount;
  pixels[index + 1] = (pixels[index + 1] as number) * kept + green * amount;
  pixels[index + 2] = (pixels[index + 2] as number) * kept + blue * amount;
}

/** Adds light. */
export function shine(pixels: Float32Array, index: number, red: number, green: number, blue: number): void {
  pixels[index] = (pixels[index] as number) + red;
  pixels[index + 1] = (pixels[index + 1] as number) + green;
  pixels[index + 2] = (pixels[index + 2] as number) + blue;
}

/** The rows of a tile between two heights, for layers that fill only a part of the picture. */
export function rowsBetween(tile: Tile, top: number, bottom: number): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.floor((top - tile.top) / tile.pixelHeight));
  const end = Math.min(tile.rows, Math.ceil((bottom - tile.top) / tile.pixelHeight) + 1);
  return { first, end: Math.max(first, end) };
}

export function columnsBetween(tile: Tile, left: number, right: number) {
  const first = Math.max(0, Math.floor((left - tile.left) / tile.pixelWidth));
  const end = Math.min(tile.columns, Math.ceil((right - tile.left) / tile.pixelWidth) + 1);
  return { first, end: Math.max(first, end) };
}
