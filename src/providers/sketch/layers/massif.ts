import { visibleOctaves } from '../canvas/noise.ts';
import type { RidgeLine } from './ridge-line.ts';
import { shapes } from './ridge-line.ts';
import type { Studio } from './studio.ts';

/** A ridge with its spurs and gullies. */
export interface Massif {
  /** The y of its outline. */
  lineAt(x: number): number;
  /** How much of the light a place on it takes, about 0 to 1. */
  lightAt(x: number, y: number): number;
}

/** Cuts through the land, from the crest to the foot, each nearer to the viewer than the one before. */
interface Cuts {
  readonly columns: number;
  readonly count: number;
  /** The y of every column of every cut. */
  readonly heights: Float32Array;
}

/** Finer light than this cannot be told from the grain of the rock. */
const finestLight = 1 / 640;

export function raiseMassif(studio: Studio, line: RidgeLine, side: number): Massif {
  const { frame, pixelSize } = studio;
  const cuts = cutLand(studio, line);
  const outline = traceOutline(cuts);
  const lightMap = line.cuts > 1 ? mapLight(cuts, line, pixelSize, side) : null;
  const columnAt = (x: number) => Math.max(0, Math.min(cuts.columns - 1.001, (x - frame.left) / pixelSize + 1));
  return {
    lineAt(x) {
      const place = columnAt(x);
      const before = Math.floor(place);
      const from = outline[before] as number;
      return from + ((outline[before + 1] as number) - from) * (place - before);
    },
    lightAt: (x, y) => (lightMap === null ? 0.42 : lightMap(columnAt(x), y)),
  };
}

function cutLand({ frame, noise, pixelSize }: Studio, line: RidgeLine): Cuts {
  const columns = Math.ceil((frame.right - frame.left) / pixelSize) + 3;
  const heights = new Float32Array(columns * line.cuts);
  const octaves = visibleOctaves(line.frequency, pixelSize, 9);
  for (let cut = 0; cut < line.cuts; cut++) {
    const nearness = cut / line.cuts;
    const fall = 1 - nearness;
    const moved = { ...line, place: line.place + nearness * line.depth };
    for (let column = 0; column < columns; column++) {
      const x = frame.left + (column - 1) * pixelSize;
      // Spurs and gullies wander as they come down.
      const wander = line.wander * Math.sqrt(nearness) * noise.exact(x * 3.5 + line.place, nearness * 4 + line.place);
      const rise = line.height * shapes[line.shape](moved, noise, x + wander, octaves);
      heights[cut * columns + column] = line.base - rise * (0.25 + 0.75 * fall) * fall ** 0.5;
    }
  }
  return { columns, count: line.cuts, heights };
}

function traceOutline({ columns, count, heights }: Cuts): Float32Array {
  const outline = heights.slice(0, columns);
  for (let index = columns; index < columns * count; index++) {
    const column = index % columns;
    outline[column] = Math.min(outline[column] as number, heights[index] as number);
  }
  return outline;
}

function mapLight(cuts: Cuts, line: RidgeLine, pixelSize: number, side: number) {
  const skip = Math.max(1, Math.round(finestLight / pixelSize));
  const cell = pixelSize * skip;
  const width = Math.ceil(cuts.columns / skip) + 1;
  const top = traceOutline(cuts).reduce((highest, y) => Math.min(highest, y), line.base);
  const rows = Math.ceil((line.base - top) / cell) + 2;
  const light = new Float32Array(width * rows).fill(0.3);
  for (let column = 0; column < width; column++) {
    const source = Math.min(cuts.columns - 1, column * skip);
    lightColumn(
      cuts,
      { source, side, pixelSize, modelling: line.modelling },
      (y, value) => {
        const row = Math.floor((y - top) / cell);
        if (row >= 0 && row < rows) light[row * width + column] = value;
      },
      cell,
    );
  }
  return (column: number, y: number) =>
    readMap(light, width, column / skip, Math.max(0, Math.min(rows - 1.001, (y - top) / cell)));
}

interface LitColumn {
  readonly modelling: number;
  readonly source: number;
  readonly side: number;
  readonly pixelSize: number;
}

/** Walks from the nearest cut to the farthest and lights what the nearer ones leave to be seen. */
function lightColumn(
  cuts: Cuts,
  { source, side, pixelSize, modelling }: LitColumn,
  mark: (y: number, light: number) => void,
  cell: number,
): void {
  const reach = Math.max(1, Math.round(0.006 / pixelSize));
  const left = Math.max(0, source - reach);
  const right = Math.min(cuts.columns - 1, source + reach);
  let reached = Number.POSITIVE_INFINITY;
  let nearer = 0.3;
  for (let cut = cuts.count - 1; cut >= 0; cut--) {
    const start = cut * cuts.columns;
    const y = cuts.heights[start + source] as number;
    const slope =
      ((cuts.heights[start + right] as number) - (cuts.heights[start + left] as number)) / ((right - left) * pixelSize);
    // Towards the foot the land flattens, yet its gullies stay.
    const steep = modelling / (0.35 + 0.65 * (1 - cut / cuts.count));
    const lean = side * slope * steep;
    const light = 0.45 + (0.55 * lean) / (0.6 + Math.abs(lean));
    if (y < reached) {
      const below = Math.min(reached, y + 0.5);
      for (let at = y; at < below; at += cell) mark(at, light + (nearer - light) * ((at - y) / (below - y)));
      reached = y;
    }
    nearer = light;
  }
}

function readMap(map: Float32Array, width: number, x: number, y: number): number {
  const column = Math.min(width - 2, Math.floor(x));
  const row = Math.floor(y);
  const index = row * width + column;
  const upper = (map[index] as number) + ((map[index + 1] as number) - (map[index] as number)) * (x - column);
  const lower =
    (map[index + width] as number) +
    ((map[index + width + 1] as number) - (map[index + width] as number)) * (x - column);
  return upper + (lower - upper) * (y - row);
}
