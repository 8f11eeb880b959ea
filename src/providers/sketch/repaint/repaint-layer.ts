import type { Canvas } from '../canvas/canvas.ts';
import { mix, smoothStep } from '../canvas/colour.ts';
import type { Frame } from '../canvas/frame.ts';
import { cover, type Layer } from '../canvas/tile.ts';
import type { Brush } from '../finish/brushwork.ts';
import { brightnessOf } from './brightness.ts';
import type { PaletteColours } from './palette-colours.ts';
import type { Shares } from './shares.ts';
import type { ToneCurve } from './tone-curve.ts';

export interface RepaintLook {
  readonly frame: Frame;
  /** Lays down the input, at the size of the canvas that is painted. */
  readonly brush: Brush;
  /** Where the input shows something, at the same size. */
  readonly subject: Canvas;
  readonly colours: PaletteColours;
  readonly toneCurve: ToneCurve;
  readonly shares: Shares;
}

/** Paints the input over what is there, which is the scene. */
export function createRepaintLayer(look: RepaintLook): Layer {
  const { frame, subject, brush, shares } = look;
  const recolour = createRecolouring(look);
  return {
    paint({ pixels, columns, rows, ...tile }) {
      const left = Math.round((tile.left - frame.left) / tile.pixelWidth - 0.5);
      const top = Math.round((tile.top - frame.top) / tile.pixelHeight - 0.5);
      for (let pixel = 0; pixel < columns * rows; pixel++) {
        const column = left + (pixel % columns);
        const row = top + Math.floor(pixel / columns);
        const shown = Math.min(1, subject.pixels[(row * subject.width + column) * 3] as number);
        brush(column, row, own, 0);
        const scene = mix(shares.open, shares.held, shown);
        recolour(pixels, pixel * 3, shown);
        cover(pixels, pixel * 3, 1 - scene, own[0] as number, own[1] as number, own[2] as number);
      }
    },
  };
}

/** The pixel of the input that is being painted, and what the palette has for it. */
const own = new Float32Array(3);
const fromPalette = new Float32Array(3);

type Recolouring = (scene: Float32Array, index: number, shown: number) => void;

/** Gives `own` the colours of the palette and of the scene at this place, as bright as the tone curve has it. */
function createRecolouring({ colours, toneCurve, shares }: RepaintLook): Recolouring {
  return (scene, index, shown) => {
    const before = brightnessOf(own[0] as number, own[1] as number, own[2] as number);
    const after = toneCurve(before);
    const lift = before > 0.02 ? (after / before) ** 2 : 1;
    colours.read(after, warmthOf(own, after), fromPalette);
    const there = brightnessOf(scene[index] as number, scene[index + 1] as number, scene[index + 2] as number) ** 2;
    const fit = Math.min(4, after ** 2 / (there + 0.002));
    // What is all but black has no colour to give.
    const place = shares.place * (1 - 0.7 * shown) * Math.min(1, there * 30);
    for (let channel = 0; channel < 3; channel++) {
      const colour = mix(fromPalette[channel] as number, (scene[index + channel] as number) * fit, place);
      own[channel] = mix((own[channel] as number) * lift, colour, shares.palette);
    }
  };
}

/** From its hue, and a little from its brightness: light is warm and shade is cool, as painters have it. */
function warmthOf(light: Float32Array, brightness: number): number {
  const red = Math.sqrt(light[0] as number);
  const green = Math.sqrt(light[1] as number);
  const blue = Math.sqrt(light[2] as number);
  const hue = (red - blue) / (red + green + blue + 0.02);
  return smoothStep(-0.35, 0.35, 1.6 * hue + 0.35 * (brightness - 0.5));
}
