import { type Canvas, createCanvas } from '../canvas/canvas.ts';
import type { Noise } from '../canvas/noise.ts';
import { hashCell } from '../canvas/random.ts';
import type { Style } from '../scene/vocabulary.ts';

/** Lays the picture down again the way a tool would. */
export type Brushwork = (canvas: Canvas, noise: Noise) => Canvas;

export const brushworks: Partial<Readonly<Record<Style, Brushwork>>> = {
  watercolor: (canvas, noise) => bleed(canvas, noise, 0.0075),
  ink: (canvas, noise) => bleed(canvas, noise, 0.005),
  oil: (canvas, noise) => stroke(canvas, noise),
};

/** Edges wander as wet paint does. */
function bleed(canvas: Canvas, noise: Noise, reach: number): Canvas {
  const { width, height, pixels } = canvas;
  const moved = createCanvas(width, height);
  const unit = Math.max(width, height);
  const distance = reach * unit;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const x = (column / unit) * 26;
      const y = (row / unit) * 26;
      const across = noise.at(x, y) + 0.5 * noise.at(x * 2.9, y * 2.9);
      const down = noise.at(x + 9.4, y + 3.1) + 0.5 * noise.at(x * 2.9 + 7, y * 2.9);
      const fromColumn = Math.max(0, Math.min(width - 1, Math.round(column + across * distance)));
      const fromRow = Math.max(0, Math.min(height - 1, Math.round(row + down * distance)));
      const from = (fromRow * width + fromColumn) * 3;
      const to = (row * width + column) * 3;
      moved.pixels[to] = pixels[from] as number;
      moved.pixels[to + 1] = pixels[from + 1] as number;
      moved.pixels[to + 2] = pixels[from + 2] as number;
    }
  }
  return moved;
}

/** Every pixel takes the colour of the stroke that covers it. */
function stroke(canvas: Canvas, noise: Noise): Canvas {
  const { width, height } = canvas;
  const painted = createCanvas(width, height);
  const brush = createBrush(canvas, noise, 0.011);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) brush(column, row, painted.pixels, (row * width + column) * 3);
  }
  return painted;
}

/** Writes the colour of one pixel of a canvas, as a brush lays it down, into `pixels` from `index` on. */
export type Brush = (column: number, row: number, pixels: Float32Array, index: number) => void;

/** `share` of the longer side is how wide a stroke is. Bristles leave ridges along the strokes. */
export function createBrush({ width, height, pixels: from }: Canvas, noise: Noise, share: number): Brush {
  const size = Math.max(width, height) * share;
  return (column, row, into, index) => {
    const angle = 0.25 + 1.1 * noise.at((column / size) * 0.05, (row / size) * 0.05);
    const nearest = findStroke(column / size, row / size, Math.cos(angle), Math.sin(angle));
    const fromColumn = Math.max(0, Math.min(width - 1, Math.round(nearest.column * size)));
    const fromRow = Math.max(0, Math.min(height - 1, Math.round(nearest.row * size)));
    const source = (fromRow * width + fromColumn) * 3;
    const own = (row * width + column) * 3;
    const bristle = 1.07 - 0.16 * nearest.off + 0.05 * Math.sin(nearest.off * 19);
    for (let channel = 0; channel < 3; channel++) {
      const mixed = 0.82 * (from[source + channel] as number) + 0.18 * (from[own + channel] as number);
      into[index + channel] = mixed * bristle;
    }
  };
}

interface Stroke {
  readonly column: number;
  readonly row: number;
  /** How far off its middle line, 0 to about 1. */
  readonly off: number;
}

function findStroke(x: number, y: number, cosine: number, sine: number): Stroke {
  let column = x;
  let row = y;
  let closest = Number.POSITIVE_INFINITY;
  for (let cellY = Math.floor(y) - 1; cellY <= Math.floor(y) + 1; cellY++) {
    for (let cellX = Math.floor(x) - 1; cellX <= Math.floor(x) + 1; cellX++) {
      const jitter = hashCell(cellX, cellY, 11);
      const middleX = cellX + jitter;
      const middleY = cellY + ((jitter * 8191) % 1);
      const along = (x - middleX) * cosine + (y - middleY) * sine;
      const aside = (y - middleY) * cosine - (x - middleX) * sine;
      const away = along * along * 0.16 + aside * aside + jitter * 0.12;
      if (away >= closest) continue;
      closest = away;
      column = middleX;
      row = middleY;
    }
  }
  return { column, row, off: Math.min(1.2, Math.sqrt(closest)) };
}
