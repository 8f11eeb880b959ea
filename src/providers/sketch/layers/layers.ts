import type { Layer } from '../canvas/tile.ts';
import { createAurora } from './aurora.ts';
import { createCity } from './city.ts';
import { createClouds } from './clouds.ts';
import { createDetails } from './details.ts';
import { createFireflies, createFlowers } from './flowers.ts';
import { createGrid } from './grid.ts';
import { planLand } from './land.ts';
import { createMirror } from './mirror.ts';
import { createMoon } from './moon.ts';
import { createRainbow } from './rainbow.ts';
import { chooseShore } from './shore.ts';
import { createSky } from './sky.ts';
import { createStars } from './stars.ts';
import { createLightning, createMeteors } from './streaks.ts';
import type { Studio } from './studio.ts';
import { createSun } from './sun.ts';
import { createTerrain } from './terrain.ts';
import { createWater } from './water.ts';
import { createFog, createRain, createSnowfall } from './weather.ts';

/** Everything in the picture, from far to near. */
export function createLayers(studio: Studio): readonly Layer[] {
  const { scene, frame, pixelSize } = studio;
  const land = planLand(scene);
  const isFilled = scene.water === 'ocean' || scene.water === 'lake';
  const terrain = createTerrain(studio, land.behind, isFilled ? 0 : frame.bottom);
  const behind = [...createHeavens(studio, terrain.skyline), terrain];
  if (scene.grounds.has('city')) behind.push(createCity(studio));
  behind.push(createDetails(studio, ['birds', 'balloon', 'lighthouse', ...(isFilled ? (['cabin'] as const) : [])]));
  const middle = land.middle.length > 0 ? [createTerrain(studio, land.middle, frame.bottom)] : [];
  const water =
    scene.water === null ? [] : [createWater(studio, createMirror(behind, frame, pixelSize), chooseShore(studio))];
  const isGrid = scene.style === 'neon' && scene.water === null;
  const ground = isGrid ? createGrid(studio) : createTerrain(studio, land.before, frame.bottom);
  const afloat = createDetails(studio, ['boat']);
  const ashore = createDetails(studio, isFilled ? [] : ['cabin']);
  return [...behind, ...middle, ...water, afloat, ground, ashore, ...createAir(studio)];
}

function createHeavens(studio: Studio, skyline: (x: number) => number): readonly Layer[] {
  const { scene } = studio;
  const layers = [createSky(studio)];
  if (scene.stars > 0) layers.push(createStars(studio));
  if (scene.aurora) layers.push(createAurora(studio));
  if (scene.meteors) layers.push(createMeteors(studio));
  if (scene.moon !== null) layers.push(createMoon(studio, scene.moon));
  if (scene.sun !== null) layers.push(createSun(studio, scene.sun));
  if (scene.clouds > 0) layers.push(createClouds(studio, skyline));
  if (scene.lightning) layers.push(createLightning(studio));
  if (scene.rainbow) layers.push(createRainbow(studio));
  return layers;
}

/** What hangs or falls between the viewer and the scene. */
function createAir(studio: Studio): readonly Layer[] {
  const { scene } = studio;
  const layers: Layer[] = [];
  if (scene.details.has('flowers') && scene.water !== 'ocean') layers.push(createFlowers(studio));
  if (scene.fog > 0.4) layers.push(createFog(studio));
  if (scene.details.has('fireflies')) layers.push(createFireflies(studio));
  if (scene.rain) layers.push(createRain(studio));
  if (scene.snowfall) layers.push(createSnowfall(studio));
  return layers;
}
