import { type Canvas, createCanvas, resample } from './canvas/canvas.ts';
import { createFrame, type Frame, type PictureSize } from './canvas/frame.ts';
import { createNoise, type Noise } from './canvas/noise.ts';
import { planPasses } from './canvas/passes.ts';
import type { Layer } from './canvas/tile.ts';
import { createLayers } from './layers/layers.ts';
import { createRepaint, type PaintingInput, type Repaint } from './repaint/repaint.ts';
import type { Scene } from './scene/scene.ts';

export interface PaintingWish {
  readonly scene: Scene;
  readonly size: PictureSize;
  readonly steps: number;
  /** Painted over the scene, in its colours. */
  readonly input?: PaintingInput | null;
}

/** Paints pass by pass and yields the canvas after each: small and rough at first, the picture's size at the end. */
export function* paintPasses({ scene, size, steps, input }: PaintingWish): Generator<Canvas, void, undefined> {
  const frame = createFrame(size, scene.horizon);
  const noise = createNoise(scene.variation);
  const repaint = input ? createRepaint(scene, input) : null;
  let stage: Stage | null = null;
  for (const { level, from, to } of planPasses(size, steps)) {
    if (stage === null || stage.canvas.width !== level.width || stage.canvas.height !== level.height) {
      stage = enterLevel({ scene, frame, noise, repaint, level, rougher: stage?.canvas ?? null });
    }
    const { canvas, layers, places, scratch } = stage;
    for (const place of places.slice(Math.floor(from * places.length), Math.floor(to * places.length))) {
      paintTile({ canvas, frame, layers, place, scratch });
    }
    yield canvas;
  }
}

interface Stage {
  readonly canvas: Canvas;
  readonly layers: readonly Layer[];
  readonly places: readonly TilePlace[];
  /** Holds one tile at a time. */
  readonly scratch: Float32Array;
}

interface Level {
  readonly scene: Scene;
  readonly frame: Frame;
  readonly noise: Noise;
  readonly repaint: Repaint | null;
  readonly level: PictureSize;
  readonly rougher: Canvas | null;
}

/** A finer canvas starts as the rougher one, enlarged, so it is a whole picture after every tile. */
function enterLevel({ scene, frame, noise, repaint, level, rougher }: Level): Stage {
  const { width, height } = level;
  const pixelSize = (frame.right - frame.left) / width;
  const layers = createLayers({ scene, frame, noise, pixelSize });
  return {
    canvas: rougher === null ? createCanvas(width, height) : resample(rougher, width, height),
    layers: repaint === null ? layers : [...layers, repaint.createLayer(frame, level)],
    places: listTiles(level, frame, scene, noise),
    scratch: new Float32Array(largestTile * largestTile * 3),
  };
}

interface TilePlace {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The lower, the earlier it is painted. */
  readonly rank: number;
}

const largestTile = 32;

/** Detail spreads out from where the eye goes first. */
function listTiles({ width, height }: PictureSize, frame: Frame, { light }: Scene, noise: Noise) {
  const focus = light ?? { x: 0, y: -0.1 };
  const side = Math.max(4, Math.min(largestTile, Math.round(Math.sqrt((width * height) / 180))));
  const tiles: TilePlace[] = [];
  for (let top = 0; top < height; top += side) {
    for (let left = 0; left < width; left += side) {
      const x = frame.left + ((left + side / 2) / width) * (frame.right - frame.left);
      const y = frame.top + ((top + side / 2) / height) * (frame.bottom - frame.top);
      const rank = Math.hypot(x - focus.x, y - focus.y) + 0.25 * noise.at(x * 6, y * 6);
      tiles.push({ left, top, width: Math.min(side, width - left), height: Math.min(side, height - top), rank });
    }
  }
  return tiles.sort((one, other) => one.rank - other.rank);
}

interface TileWork {
  readonly canvas: Canvas;
  readonly frame: Frame;
  readonly layers: readonly Layer[];
  readonly place: TilePlace;
  readonly scratch: Float32Array;
}

function paintTile({ canvas, frame, layers, place, scratch }: TileWork): void {
  const pixelWidth = (frame.right - frame.left) / canvas.width;
  const pixelHeight = (frame.bottom - frame.top) / canvas.height;
  const tile = {
    pixels: scratch.subarray(0, place.width * place.height * 3),
    columns: place.width,
    rows: place.height,
    left: frame.left + (place.left + 0.5) * pixelWidth,
    top: frame.top + (place.top + 0.5) * pixelHeight,
    pixelWidth,
    pixelHeight,
  };
  for (const layer of layers) layer.paint(tile);
  for (let row = 0; row < place.height; row++) {
    const from = row * place.width * 3;
    const to = ((place.top + row) * canvas.width + place.left) * 3;
    canvas.pixels.set(tile.pixels.subarray(from, from + place.width * 3), to);
  }
}
