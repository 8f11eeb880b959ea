import type { Layer } from '../canvas/tile.ts';
import { createClouds } from './clouds.ts';
import { planLand } from './land.ts';
import { createMirror } from './mirror.ts';
import { createSky } from './sky.ts';
import type { Studio } from './studio.ts';
import { createSun } from './sun.ts';
import { createTerrain } from './terrain.ts';
import { createWater } from './water.ts';

/** Everything in the picture, from far to near. */
export function createLayers(studio: Studio): readonly Layer[] {
  const { scene, frame, pixelSize } = studio;
  const land = planLand(scene);
  const behind = [
    ...createHeavens(studio),
    createTerrain(studio, land.behind, scene.water === null ? frame.bottom : 0),
  ];
  const before = createTerrain(studio, land.before, frame.bottom);
  if (scene.water === null) return [...behind, before];
  const mirror = createMirror(behind, frame, pixelSize);
  return [...behind, createWater(studio, mirror, () => 1), before];
}

function createHeavens(studio: Studio): readonly Layer[] {
  const { sun, clouds } = studio.scene;
  const layers = [createSky(studio)];
  if (sun !== null) layers.push(createSun(studio, sun));
  if (clouds > 0) layers.push(createClouds(studio));
  return layers;
}
