import { type Canvas, createCanvas } from '../canvas/canvas.ts';
import { mix } from '../canvas/colour.ts';
import type { Frame } from '../canvas/frame.ts';
import type { Layer, Tile } from '../canvas/tile.ts';

/** What stands above the horizon, for water to reflect. */
export interface Mirror {
  /** Fills `into` with the colour at a place above the horizon. */
  look(x: number, y: number, into: Float32Array): void;
}

/** Half the resolution is enough: ripples blur a reflection. */
export function createMirror(layers: readonly Layer[], frame: Frame, pixelSize: number): Mirror {
  const width = Math.max(2, Math.ceil((frame.right - frame.left) / pixelSize / 2));
  // Water shows no more sky than it is deep, and what its ripples reach.
  const top = Math.max(frame.top, -frame.bottom * 1.1 - 0.03);
  const height = Math.max(2, Math.ceil(-top / pixelSize / 2));
  const canvas = createCanvas(width, height);
  const pixelWidth = (frame.right - frame.left) / width;
  const pixelHeight = -top / height;
  const bandRows = 16;
  for (let row = 0; row < height; row += bandRows) {
    const band: Tile = {
      pixels: canvas.pixels.subarray(row * width * 3, Math.min(height, row + bandRows) * width * 3),
      columns: width,
      rows: Math.min(bandRows, height - row),
      left: frame.left + pixelWidth / 2,
      top: top + (row + 0.5) * pixelHeight,
      pixelWidth,
      pixelHeight,
    };
    for (const layer of layers) layer.paint(band);
  }
  return {
    look: (x, y, into) =>
      readSmoothly(canvas, (x - frame.left) / pixelWidth - 0.5, (y - top) / pixelHeight - 0.5, into),
  };
}

function readSmoothly({ width, height, pixels }: Canvas, x: number, y: number, into: Float32Array): void {
  const column = Math.max(0, Math.min(width - 1.001, x));
  const row = Math.max(0, Math.min(height - 1.001, y));
  const left = Math.floor(column);
  const upper = Math.floor(row);
  const index = (upper * width + left) * 3;
  const below = index + width * 3;
  for (let channel = 0; channel < 3; channel++) {
    const above = mix(pixels[index + channel] as number, pixels[index + channel + 3] as number, column - left);
    const under = mix(pixels[below + channel] as number, pixels[below + channel + 3] as number, column - left);
    into[channel] = mix(above, under, row - upper);
  }
}
