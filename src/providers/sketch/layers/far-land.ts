import { mixColours } from '../canvas/colour.ts';
import { between, createRandom } from '../canvas/random.ts';
import type { Scene } from '../scene/scene.ts';
import { type CreateRidge, foliage, soils, treesOf } from './ridge-wish.ts';
import type { Ridge } from './slopes.ts';

export function planMountains(scene: Scene, ridge: CreateRidge): readonly Ridge[] {
  const isWinter = scene.season === 'winter';
  const ranges = [0.92, 0.74, 0.58, 0.42].map((distance, index) =>
    ridge({
      shape: 'peaks',
      distance,
      base: 0.01,
      height: 0.44 - index * 0.085,
      frequency: 1.5 + index * 0.4,
      soil: index > 2 ? mixColours(soils.rock, foliage[scene.season], 0.5) : soils.rock,
      relief: 0.6,
      cuts: 38,
      depth: 0.5,
      wander: 0.12,
      modelling: 1.5,
      mist: 0.75,
      snowLine: isWinter ? 0.02 : index < 2 && scene.snowCaps ? -0.19 : null,
    }),
  );
  const soil = isWinter ? soils.winter : foliage[scene.season];
  const trees = treesOf(scene, 0.042, 1);
  return [
    ...ranges,
    ridge({ shape: 'hills', distance: 0.34, base: 0.008, height: 0.045, frequency: 1.9, soil, mist: 0.4, trees }),
  ];
}

export function planVolcano(scene: Scene, ridge: CreateRidge): readonly Ridge[] {
  const x = between(createRandom(scene.variation), -0.14, 0.14);
  return [
    ridge({ shape: 'peaks', distance: 0.9, base: 0.01, height: 0.1, frequency: 2.1, soil: soils.rock, mist: 0.6 }),
    ridge({
      shape: 'cone',
      distance: 0.6,
      base: 0.01,
      height: 0.44,
      frequency: 3.4,
      soil: soils.lava,
      relief: 0.7,
      cuts: 30,
      depth: 0.6,
      wander: 0.05,
      modelling: 0.8,
      grain: 0.3,
      mist: 0.75,
      snowLine: scene.snowCaps ? -0.27 : null,
      x,
    }),
    ridge({
      shape: 'hills',
      distance: 0.36,
      base: 0.01,
      height: 0.045,
      frequency: 2,
      soil: foliage[scene.season],
      mist: 0.4,
      trees: treesOf(scene, 0.036, 1),
    }),
  ];
}

export function planHills(scene: Scene, ridge: CreateRidge): readonly Ridge[] {
  return [0.9, 0.72, 0.54].map((distance, index) =>
    ridge({
      shape: 'hills',
      distance,
      base: 0.015,
      height: 0.14 - index * 0.028,
      frequency: 1.1 + index * 0.35,
      soil: soils[scene.season],
      relief: 0.35,
      cuts: 8,
      depth: 0.25,
      modelling: 1.3,
      mist: 0.55,
      trees: index === 0 ? null : treesOf(scene, 0.018 + index * 0.012, 0.4),
    }),
  );
}

export function planForest(scene: Scene, ridge: CreateRidge): readonly Ridge[] {
  return [0.92, 0.76, 0.6, 0.44].map((distance, index) =>
    ridge({
      shape: 'hills',
      distance,
      base: 0.012,
      height: 0.2 - index * 0.045,
      frequency: 1.1 + index * 0.2,
      soil: foliage[scene.season],
      mist: 0.85,
      trees: treesOf(scene, 0.05 + index * 0.028, 1),
    }),
  );
}

export function planDesert(_scene: Scene, ridge: CreateRidge): readonly Ridge[] {
  return [0.92, 0.74].map((distance, index) =>
    ridge({
      shape: 'dunes',
      distance,
      base: 0.02,
      height: 0.1 - index * 0.02,
      frequency: 1.5,
      soil: soils.sand,
      relief: 0.2,
      modelling: 1.5,
      grain: 2.4,
      mist: 0.2,
    }),
  );
}

export function planCanyon(_scene: Scene, ridge: CreateRidge): readonly Ridge[] {
  return [0.9, 0.7, 0.48].map((distance, index) =>
    ridge({
      shape: 'mesa',
      distance,
      base: 0.01 + index * 0.01,
      height: 0.2 + index * 0.02,
      frequency: 1.9 - index * 0.35,
      soil: soils.redRock,
      relief: 0.7,
      cuts: 24,
      depth: 0.2,
      wander: 0.05,
      modelling: 0.5,
      strata: 0.3,
      grain: 2.6,
      mist: 0.25,
    }),
  );
}

/** -1 where cliffs stand on the left, 1 on the right. */
export function cliffSide({ variation }: Scene): number {
  return variation % 2 === 0 ? 1 : -1;
}

export function planCliffs(scene: Scene, ridge: CreateRidge): readonly Ridge[] {
  const side = cliffSide(scene);
  return [0.8, 0.6, 0.36].map((distance, index) =>
    ridge({
      shape: 'cliff',
      distance,
      base: 0.012,
      height: 0.13 + index * 0.075,
      frequency: 1.4,
      soil: mixColours(soils.rock, soils[scene.season], 0.45),
      relief: 0.9,
      cuts: 26,
      depth: 0.35,
      wander: 0.04,
      modelling: 0.5,
      strata: 0.12,
      grain: 0.35,
      mist: 0.4,
      x: side * (0.06 + index * 0.12),
    }),
  );
}

export function planIslands(scene: Scene, ridge: CreateRidge): readonly Ridge[] {
  const random = createRandom(scene.variation ^ 0x15);
  const side = random() < 0.5 ? -1 : 1;
  const soil = mixColours(soils.sand, foliage[scene.season], 0.75);
  return [
    ridge({
      shape: 'islet',
      distance: 0.85,
      base: 0.004,
      height: 0.07,
      frequency: 4,
      soil,
      mist: 0.4,
      x: -side * between(random, 0.2, 0.34),
    }),
    ridge({
      shape: 'islet',
      distance: 0.3,
      base: 0.006,
      height: 0.09,
      frequency: 4.6,
      soil,
      relief: 0.5,
      cuts: 10,
      depth: 0.5,
      modelling: 0.6,
      mist: 0.2,
      x: side * between(random, 0.08, 0.2),
      trees: scene.details.has('palms')
        ? { kind: 'palm', height: 0.15, density: 0.8, leaves: foliage.summer }
        : treesOf(scene, 0.06, 0.9),
    }),
  ];
}
