import { mix, smoothStep } from '../canvas/colour.ts';
import { fractal, visibleOctaves } from '../canvas/noise.ts';
import { cover, type Layer, type Tile } from '../canvas/tile.ts';
import type { Studio } from './studio.ts';

/** A flat deck of clouds, seen from below: it narrows towards the horizon. Nothing is painted below the skyline. */
export function createClouds(studio: Studio, skyline: (x: number) => number): Layer {
  const paintRow = createCloudRow(studio, skyline);
  return {
    paint(tile) {
      for (let row = 0; row < tile.rows; row++) {
        const height = -(tile.top + row * tile.pixelHeight);
        if (height > 0.005) paintRow(tile, row, height);
      }
    },
  };
}

function createCloudRow({ scene, noise, pixelSize }: Studio, skyline: (x: number) => number) {
  const { cloudLit, cloudShade, glow } = scene.palette;
  const light = scene.light ?? { x: 0, y: -0.5 };
  const offset = (scene.variation % 977) * 0.37;
  // The share of the sky that noise leaves free.
  const threshold = mix(0.42, -0.5, scene.clouds);
  const softness = scene.storm ? 0.75 : 0.42;
  const brightness = scene.storm ? 0.3 : 0.52;
  return (tile: Tile, row: number, height: number) => {
    const depth = 1 / (height + 0.16);
    const fade = smoothStep(0.005, 0.09, height);
    const octaves = visibleOctaves(depth * 1.1, pixelSize, 5);
    const scale = 0.62 * depth;
    const deep = depth * 1.55 + offset;
    const towards = -0.09 * Math.max(-1, Math.min(1, (height + light.y) * 7));
    for (let column = 0; column < tile.columns; column++) {
      const x = tile.left + column * tile.pixelWidth;
      if (-height > skyline(x) + tile.pixelHeight) continue;
      const across = x * scale + offset;
      const warp = 0.35 * noise.at(across * 0.7, deep * 0.9);
      const density = fractal(noise, across + warp, deep + warp, octaves, threshold);
      const thickness = smoothStep(threshold, threshold + softness, density);
      if (thickness <= 0.002) continue;
      const beyond = fractal(noise, across + warp + (light.x - x) * 0.16, deep + warp + towards, Math.min(2, octaves));
      const nearness = 1 / (1 + 9 * ((x - light.x) ** 2 + (height + light.y) ** 2));
      const lit = Math.max(0, Math.min(1, brightness + (density - beyond) * 1.5 - thickness * 0.3 + nearness * 0.35));
      const rim = nearness * (1 - thickness) * 0.9;
      cover(
        tile.pixels,
        (row * tile.columns + column) * 3,
        thickness * fade * 0.92,
        mix(cloudShade[0], cloudLit[0], lit) + glow[0] * rim,
        mix(cloudShade[1], cloudLit[1], lit) + glow[1] * rim,
        mix(cloudShade[2], cloudLit[2], lit) + glow[2] * rim,
      );
    }
  };
}
