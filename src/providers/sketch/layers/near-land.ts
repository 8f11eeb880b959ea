import { mixColours } from '../canvas/colour.ts';
import type { Scene } from '../scene/scene.ts';
import { type CreateRidge, foliage, soils, treesOf } from './ridge-wish.ts';
import type { Ridge } from './slopes.ts';

export function isSandy({ grounds }: Scene): boolean {
  return grounds.has('desert') || grounds.has('canyon');
}

export function planValley(scene: Scene, ridge: CreateRidge): readonly Ridge[] {
  const soil = isSandy(scene) ? soils.sand : soils[scene.season];
  return [0.4, 0.2].map((distance, index) =>
    ridge({
      shape: 'hills',
      distance,
      base: 0.014 + index * 0.02,
      height: 0.016,
      frequency: 1.6,
      soil,
      relief: 0.5,
      grain: 3,
      mist: 0.1,
      trees: treesOf(scene, 0.05 + index * 0.03, 0.3),
    }),
  );
}

export function planSand({ grounds, details }: Scene, ridge: CreateRidge): readonly Ridge[] {
  return [0.5, 0.36, 0.22, 0.1].map((distance, index) =>
    ridge({
      shape: 'dunes',
      distance,
      base: 0.07 + index * 0.1 + index * index * 0.012,
      height: 0.1 + index * 0.02,
      frequency: 1.15 - index * 0.12,
      soil: grounds.has('canyon') ? soils.redRock : soils.sand,
      relief: 0.22,
      cuts: 14,
      depth: 0.06,
      modelling: 1.7,
      grain: 3,
      mist: 0.1,
      trees:
        details.has('cacti') && index > 0
          ? { kind: 'cactus', height: 0.03 + index * 0.035, density: 0.06, leaves: foliage.summer }
          : null,
    }),
  );
}

export function planFields(scene: Scene, ridge: CreateRidge): readonly Ridge[] {
  const isWooded = scene.grounds.has('forest') || scene.grounds.has('mountains') || scene.grounds.has('volcano');
  return [0.42, 0.3, 0.18, 0.06].map((distance, index) =>
    ridge({
      shape: 'hills',
      distance,
      base: 0.06 + index * 0.085 + index * index * 0.018,
      height: 0.085 + index * 0.012,
      frequency: 1.15,
      soil: isWooded ? mixColours(soils[scene.season], foliage[scene.season], 0.5) : soils[scene.season],
      relief: 0.5,
      cuts: 8,
      depth: 0.3,
      modelling: 1.5,
      grain: 2.2,
      mist: 0.34 - index * 0.09,
      trees: treesOf(scene, 0.05 + index * 0.045, isWooded ? 0.75 : 0.13),
    }),
  );
}

export function planBank(scene: Scene, ridge: CreateRidge): readonly Ridge[] {
  if (scene.water === 'ocean') return [];
  const soil = mixColours(soils[scene.season], foliage[scene.season], scene.season === 'winter' ? 0.1 : 0.5);
  return [
    ridge({
      shape: 'hills',
      distance: 0.03,
      base: 0.42,
      height: 0.09,
      frequency: 1.25,
      soil,
      relief: 0.5,
      grain: 2,
      trees: treesOf(scene, 0.25, 0.62, 0.2),
    }),
  ];
}
