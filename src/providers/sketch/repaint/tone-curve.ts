import { luminance, mix, smoothStep } from '../canvas/colour.ts';
import type { Palette } from '../scene/palette.ts';

/** How bright a brightness of the input becomes. */
export type ToneCurve = (brightness: number) => number;

export interface ToneWish {
  readonly palette: Palette;
  /** The mean brightness of the input. */
  readonly mean: number;
  readonly strength: number;
}

/** Moves the input's tones towards those of the scene: paper white does not stay white at night. */
export function createToneCurve({ palette, mean, strength }: ToneWish): ToneCurve {
  const { sky, haze, water, silhouette, cloudLit, glow } = palette;
  const usual = [...sky, haze, water, silhouette].map((colour) => Math.sqrt(luminance(colour)));
  const lightest = Math.max(...[...sky, haze, cloudLit, glow].map((colour) => Math.sqrt(luminance(colour))));
  const middle = usual.reduce((sum, brightness) => sum + brightness, 0) / usual.length / lightest;
  const bend = Math.log(middle) / Math.log(Math.max(0.1, Math.min(0.9, mean)));
  const amount = smoothStep(0, 0.7, strength);
  const exponent = mix(1, Math.max(0.6, Math.min(1.8, bend)), 0.6 * amount);
  const white = mix(1, lightest, amount);
  return (brightness) => {
    // What shines stays brighter than paper only as long as the input is kept.
    if (brightness > 1) return white * mix(brightness, 1, amount);
    return white * brightness ** exponent;
  };
}
