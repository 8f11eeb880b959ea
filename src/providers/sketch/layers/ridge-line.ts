import { fractal, type Noise, ridged } from '../canvas/noise.ts';

export type RidgeShape = 'peaks' | 'cone' | 'hills' | 'dunes' | 'mesa' | 'cliff' | 'islet';

/** A line of land against what lies behind it. */
export interface RidgeLine {
  readonly shape: RidgeShape;
  /** Where its feet stand. */
  readonly base: number;
  readonly height: number;
  /** How many rises fit into one unit. */
  readonly frequency: number;
  /** Makes it differ from every other line. */
  readonly place: number;
  /** Where the middle of a cone or an islet is. */
  readonly x: number;
  /** How many cuts through the land show its spurs; 1 for a plain outline. */
  readonly cuts: number;
  /** How much the land changes from its crest to its foot. */
  readonly depth: number;
  /** How far its spurs stray sideways. */
  readonly wander: number;
  /** How strongly light tells its slopes apart. */
  readonly modelling: number;
}

type Shape = (line: RidgeLine, noise: Noise, x: number, octaves: number) => number;

export const shapes: Readonly<Record<RidgeShape, Shape>> = {
  peaks({ frequency, place }, noise, x, octaves) {
    const along = x * frequency;
    const massif = 0.55 + 0.75 * noise.exact(along * 0.42 + place, place * 0.7);
    const crest = ridged(noise, along * 0.8 + 0.12 * noise.at(along * 2.3, place), place, octaves);
    return 0.08 + Math.max(0.12, massif) * (1.3 * crest - 0.1);
  },
  cone(line, noise, x, octaves) {
    const away = Math.abs(x - line.x) * line.frequency;
    const flank = 1 / (0.85 + 2.6 * away ** 1.35) - 0.12;
    const crater = Math.max(0, 0.05 - Math.abs(x - line.x)) * 0.9;
    return Math.max(0, Math.min(0.96, flank)) - crater + 0.035 * fractal(noise, x * 7, line.place, octaves);
  },
  hills({ frequency, place }, noise, x, octaves) {
    const along = x * frequency;
    return 0.5 + 0.62 * noise.exact(along, place) + 0.09 * fractal(noise, along * 2.7, place + 3, Math.min(4, octaves));
  },
  dunes({ frequency, place }, noise, x) {
    const along = x * frequency + 0.35 * noise.exact(x * frequency * 0.8, place + 9);
    return 0.9 - 1.15 * Math.abs(noise.exact(along, place)) ** 0.85;
  },
  mesa({ frequency, place }, noise, x, octaves) {
    const rise = noise.at(x * frequency, place) * 1.9 + 0.12 * fractal(noise, x * frequency * 6, place, octaves);
    const step = Math.max(0, Math.min(1, (rise - 0.1) * 9));
    const talus = Math.max(0, Math.min(1, (rise + 0.45) * 1.4)) * 0.4;
    return talus + 0.6 * step + 0.02 * fractal(noise, x * frequency * 9, place, octaves);
  },
  cliff(line, noise, x, octaves) {
    const away = (x - line.x) * Math.sign(line.x) * line.frequency + 0.1 * fractal(noise, x * 3, line.place, 3);
    const wall = Math.max(0, Math.min(1, away * 5));
    return wall * (0.82 + 0.12 * Math.min(1.5, away) + 0.05 * fractal(noise, x * 9, line.place, octaves));
  },
  islet(line, noise, x, octaves) {
    const away = Math.abs(x - line.x) * line.frequency;
    const dome = Math.max(-0.3, 1 - away * away);
    return dome * (0.55 + 0.5 * fractal(noise, x * line.frequency * 1.6, line.place, octaves));
  },
};
