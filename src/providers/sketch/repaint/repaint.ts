import { type Canvas, resample } from '../canvas/canvas.ts';
import type { Frame, PictureSize } from '../canvas/frame.ts';
import { createNoise } from '../canvas/noise.ts';
import type { Layer } from '../canvas/tile.ts';
import { type Brush, brushworks, createBrush } from '../finish/brushwork.ts';
import type { Scene } from '../scene/scene.ts';
import { brightnessOf } from './brightness.ts';
import { shrink } from './input-canvas.ts';
import { createPaletteColours } from './palette-colours.ts';
import { createRepaintLayer } from './repaint-layer.ts';
import { planShares } from './shares.ts';
import { findSubject } from './subject.ts';
import { createToneCurve } from './tone-curve.ts';

/** A picture that a painting starts from. */
export interface PaintingInput {
  /** As large as the painting. */
  readonly canvas: Canvas;
  /** 0 keeps it, 1 leaves it. */
  readonly strength: number;
}

/** An input, ready to be painted over a scene in the scene's colours. */
export interface Repaint {
  createLayer(frame: Frame, level: PictureSize): Layer;
}

const smallPixels = 96;

export function createRepaint(scene: Scene, { canvas, strength }: PaintingInput): Repaint {
  const { palette, variation } = scene;
  const small = shrinkTo(canvas, smallPixels);
  const subject = findSubject(small);
  const noise = createNoise(variation ^ 0x5a);
  const look = {
    colours: createPaletteColours(palette),
    toneCurve: createToneCurve({ palette, mean: meanBrightness(small), strength }),
    shares: planShares(strength),
  };
  return {
    createLayer(frame, { width, height }) {
      const input = shrink(canvas, width, height);
      const brush = hasBrushwork(scene) ? createTracer(input) : createBrush(input, noise, 0.003 + 0.0045 * strength);
      return createRepaintLayer({ ...look, frame, brush, subject: resample(subject, width, height) });
    },
  };
}

function shrinkTo(canvas: Canvas, pixels: number): Canvas {
  const scale = Math.min(1, pixels / Math.max(canvas.width, canvas.height));
  const side = (length: number) => Math.max(2, Math.round(length * scale));
  return shrink(canvas, side(canvas.width), side(canvas.height));
}

function meanBrightness({ pixels }: Canvas): number {
  let sum = 0;
  for (let index = 0; index < pixels.length; index += 3) {
    sum += brightnessOf(pixels[index] as number, pixels[index + 1] as number, pixels[index + 2] as number);
  }
  return sum / (pixels.length / 3);
}

/** Then the whole picture is laid down with a brush when it is finished, and once is enough. */
function hasBrushwork({ style }: Scene): boolean {
  return style !== null && brushworks[style] !== undefined;
}

/** Takes every pixel as it is. */
function createTracer({ width, pixels }: Canvas): Brush {
  return (column, row, into, index) => {
    const from = (row * width + column) * 3;
    into[index] = pixels[from] as number;
    into[index + 1] = pixels[from + 1] as number;
    into[index + 2] = pixels[from + 2] as number;
  };
}
