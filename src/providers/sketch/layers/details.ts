import { type Colour, colour, mixColours } from '../canvas/colour.ts';
import { between, createRandom, type Random } from '../canvas/random.ts';
import type { Layer } from '../canvas/tile.ts';
import type { Detail, Scene } from '../scene/scene.ts';
import { cliffSide } from './far-land.ts';
import { lightSurface, veilAt } from './ridge-wish.ts';
import { balloon, bird, boat, cabin, lighthouse } from './silhouettes.ts';
import { createStamps, type Silhouette, type Stamp } from './stamps.ts';
import type { Studio } from './studio.ts';

interface Wish {
  readonly silhouette: Silhouette;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  readonly reach: number;
  readonly surface: Colour;
  readonly distance: number;
}

type PlaceDetail = (random: Random, studio: Studio) => readonly Wish[];

const places: Partial<Readonly<Record<Detail, PlaceDetail>>> = {
  birds(random) {
    const x = between(random, -0.25, 0.25);
    const y = -between(random, 0.25, 0.42);
    return Array.from({ length: 7 }, () => ({
      silhouette: bird,
      x: x + between(random, -0.11, 0.11),
      y: y + between(random, -0.06, 0.06),
      height: between(random, 0.008, 0.015),
      reach: 1.6,
      surface: colour('#33303c'),
      distance: 0.2,
    }));
  },
  boat(random, { scene }) {
    if (scene.water === null) return [];
    const side = random() < 0.5 ? -1 : 1;
    const near = between(random, 0.012, 0.05);
    return [
      {
        silhouette: boat,
        x: side * between(random, 0.05, 0.3),
        y: near,
        height: 0.05 + near,
        reach: 0.6,
        surface: colour('#efe6da'),
        distance: 0.25,
      },
    ];
  },
  balloon: (random) =>
    [colour('#d9482f'), colour('#e8b13a'), colour('#3d7fb5')].map((surface, index) => ({
      silhouette: balloon,
      x: between(random, -0.36, 0.36),
      y: -between(random, 0.18, 0.4),
      height: 0.13 - index * 0.04,
      reach: 0.42,
      surface,
      distance: 0.15 + index * 0.2,
    })),
  cabin(random, { scene }) {
    const y = scene.water === null ? 0.14 : 0.012;
    return [
      {
        silhouette: cabin,
        x: between(random, -0.3, 0.3),
        y,
        height: 0.055,
        reach: 0.75,
        surface: colour('#7d5638'),
        distance: 0.2,
      },
    ];
  },
  lighthouse: (random, { scene }) => [
    {
      silhouette: lighthouse,
      x: openSide(scene) * between(random, 0.2, 0.32),
      y: 0.012,
      height: 0.17,
      reach: 0.2,
      surface: colour('#f0ece4'),
      distance: 0.2,
    },
  ],
};

/** Where neither cliffs nor the glare of the sun are: -1 left, 1 right. */
function openSide(scene: Scene): number {
  return scene.grounds.has('cliffs') ? -cliffSide(scene) : -Math.sign(scene.sun?.x ?? 1);
}

/** Small things that give the scene its scale. */
export function createDetails(studio: Studio, names: readonly Detail[]): Layer {
  const { scene } = studio;
  const random = createRandom(scene.variation ^ 0xde7a);
  const { light } = scene;
  const stamps: Stamp[] = [];
  for (const name of names) {
    if (!scene.details.has(name)) continue;
    for (const { surface, distance, silhouette, ...wish } of places[name]?.(random, studio) ?? []) {
      const { lit, shaded } = lightSurface(scene, surface, distance);
      const veil = veilAt(scene, distance);
      stamps.push({
        ...wish,
        outline: silhouette(Math.floor(random() * 1000)),
        side: light !== null && light.x < wish.x ? -1 : 1,
        lit: mixColours(mixColours(lit, surface, 0.25), scene.palette.haze, veil),
        shaded: mixColours(shaded, scene.palette.haze, veil),
      });
    }
  }
  return createStamps(stamps);
}
