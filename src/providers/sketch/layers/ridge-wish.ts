import { type Colour, colour, luminance, mixColours } from '../canvas/colour.ts';
import { between, createRandom } from '../canvas/random.ts';
import type { Hour, Scene } from '../scene/scene.ts';
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
  autumn: colour('#b3a048'),
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
  readonly wander?: number;
  readonly modelling?: number;
  readonly strata?: number;
  readonly trees?: TreeWish | null;
}

export interface TreeWish {
  readonly kind: TreeKind;
  readonly height: number;
  readonly density: number;
  readonly leaves: Colour;
  readonly opening?: number;
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
    mist: (wish.mist ?? 0) * (scene.hour === 'day' ? 0.3 + 0.7 * scene.fog : 0.6 + 0.5 * scene.fog),
    snowLine: wish.snowLine ?? null,
    x: wish.x ?? between(random, -0.3, 0.3),
    place: 10 + random() * 80,
    cuts: wish.cuts ?? 1,
    depth: wish.depth ?? 0,
    wander: wish.wander ?? 0,
    modelling: wish.modelling ?? 0.7,
    strata: wish.strata ?? 0,
    veil: veilAt(scene, wish.distance),
    trees: toTreeRow(scene, wish),
  });
}

/** How far the air has taken the colour of something. */
export function veilAt({ fog, hour }: Scene, distance: number): number {
  return Math.min(0.96, distance ** 1.3 * ((hour === 'day' ? 0.46 : 0.56) + 0.42 * fog));
}

/** How far the light comes from behind, 0 to 1. */
const backlights: Readonly<Record<Hour, number>> = {
  dawn: 0.85,
  sunrise: 0.9,
  day: 0.1,
  sunset: 0.93,
  dusk: 0.93,
  night: 0.72,
};

/** Against low light things turn to silhouettes, the nearer the darker. */
export function lightSurface({ palette, hour, style }: Scene, surface: Colour, distance: number) {
  const backlight = style === 'neon' ? 0.93 : backlights[hour];
  // Snow and sand keep their light.
  const dark = backlight * (1 - distance * 0.55) * (1 - 0.5 * luminance(surface));
  const under = (light: Colour): Colour => [surface[0] * light[0], surface[1] * light[1], surface[2] * light[2]];
  return {
    lit: mixColours(under(palette.light), palette.silhouette, dark * 0.8),
    shaded: mixColours(under(palette.shade), palette.silhouette, dark),
  };
}

function toTreeRow(scene: Scene, { trees, distance }: RidgeWish): TreeRow | null {
  if (trees === undefined || trees === null) return null;
  const isSheer = trees.kind === 'leafy';
  return {
    opening: 0,
    ...trees,
    ...lightSurface(scene, trees.leaves, isSheer ? 0.45 + distance * 0.5 : distance * 0.8),
  };
}

/** The trees of the season and the land; null where there are none. */
export function treesOf(scene: Scene, height: number, density: number, opening = 0): TreeWish | null {
  const { details, grounds, season } = scene;
  if (!details.has('trees') && !grounds.has('forest') && !details.has('blossoms')) return null;
  const isHighland = grounds.has('mountains') || grounds.has('forest');
  if (details.has('blossoms')) return { kind: 'leafy', height, density, opening, leaves: [0.9, 0.42, 0.55] };
  if (season === 'autumn' || !isHighland) {
    return { kind: season === 'winter' ? 'bare' : 'leafy', height, density, opening, leaves: foliage[season] };
  }
  return { kind: 'conifer', height, density, opening, leaves: foliage[season] };
}
