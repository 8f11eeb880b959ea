import { type Colour, colour, mixColours } from '../canvas/colour.ts';
import { between, createRandom } from '../canvas/random.ts';
import type { Scene } from '../scene/scene.ts';
import type { TreeRow } from './grove.ts';
import type { RidgeShape } from './ridge-line.ts';
import type { Ridge } from './slopes.ts';
import type { TreeKind } from './trees.ts';

export const soils = {
  rock: colour('#8d8492'),
  sand: colour('#e0ad70'),
  redRock: colour('#c06a42'),
  lava: colour('#54484e'),
  spring: colour('#86b552'),
  summer: colour('#648f47'),
  autumn: colour('#b98a3e'),
  winter: colour('#e4ebf4'),
} as const;

export const foliage = {
  spring: colour('#6fa04c'),
  summer: colour('#3b6b42'),
  autumn: colour('#c4621f'),
  winter: colour('#56717c'),
} as const;

/** A ridge before light and air are known. */
export interface RidgeWish {
  readonly shape: RidgeShape;
  readonly distance: number;
  readonly base: number;
  readonly height: number;
  readonly frequency: number;
  readonly soil: Colour;
  readonly relief?: number;
  readonly grain?: number;
  readonly mist?: number;
  readonly snowLine?: number | null;
  readonly x?: number;
  readonly cuts?: number;
  readonly depth?: number;
  readonly trees?: TreeWish | null;
}

export interface TreeWish {
  readonly kind: TreeKind;
  readonly height: number;
  readonly density: number;
  readonly leaves: Colour;
}

export type CreateRidge = (wish: RidgeWish) => Ridge;

/** Puts the light and the air of the scene on every ridge wished for. */
export function createRidgeMaker(scene: Scene): CreateRidge {
  const random = createRandom(scene.variation ^ 0x51ab3);
  return (wish) => ({
    ...wish,
    ...lightSurface(scene, wish.soil, wish.distance),
    relief: wish.relief ?? 0,
    grain: wish.grain ?? 0.6,
    mist: (wish.mist ?? 0) * (0.6 + 0.5 * scene.fog),
    snowLine: wish.snowLine ?? null,
    x: wish.x ?? between(random, -0.3, 0.3),
    place: 10 + random() * 80,
    cuts: wish.cuts ?? 1,
    depth: wish.depth ?? 0,
    veil: veilAt(scene, wish.distance),
    trees: toTreeRow(scene, wish),
  });
}

/** How far the air has taken the colour of something. */
export function veilAt({ fog }: Scene, distance: number): number {
  return Math.min(0.96, distance ** 1.3 * (0.56 + 0.42 * fog));
}

/** Against low light things turn to silhouettes, the nearer the darker. */
export function lightSurface({ palette, hour, style }: Scene, surface: Colour, distance: number) {
  const backlight = hour === 'day' && style !== 'neon' ? 0.1 : 0.85;
  const dark = backlight * (1 - distance * 0.55);
  const under = (light: Colour): Colour => [surface[0] * light[0], surface[1] * light[1], surface[2] * light[2]];
  return {
    lit: mixColours(under(palette.light), palette.silhouette, dark * 0.62),
    shaded: mixColours(under(palette.shade), palette.silhouette, dark),
  };
}

function toTreeRow(scene: Scene, { trees, distance }: RidgeWish): TreeRow | null {
  if (trees === undefined || trees === null) return null;
  return { ...trees, ...lightSurface(scene, trees.leaves, distance * 0.8) };
}
