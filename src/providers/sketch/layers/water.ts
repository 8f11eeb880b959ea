import { mix } from '../canvas/colour.ts';
import { fractal, visibleOctaves } from '../canvas/noise.ts';
import { cover, type Layer, type Tile } from '../canvas/tile.ts';
import type { Mirror } from './mirror.ts';
import type { Shore } from './shore.ts';
import type { Studio } from './studio.ts';

export function createWater(studio: Studio, mirror: Mirror, shore: Shore): Layer {
  const paintRow = createWaterRow(studio, mirror, shore);
  return {
    paint(tile) {
      for (let row = 0; row < tile.rows; row++) {
        const y = tile.top + row * tile.pixelHeight;
        if (y > -tile.pixelHeight / 2) paintRow(tile, row, Math.max(y, tile.pixelHeight / 4));
      }
    },
  };
}

function createWaterRow({ scene, frame, noise, pixelSize }: Studio, mirror: Mirror, shore: Shore) {
  const { water, haze, disc } = scene.palette;
  const { light } = scene;
  const strength = scene.sun === null ? 0.5 : 1.3;
  const reflected = new Float32Array(3);
  const place = (scene.variation % 613) * 0.31;
  return (tile: Tile, row: number, y: number) => {
    const depth = 1 / (y + 0.03);
    const octaves = visibleOctaves(depth * 1.2, pixelSize, 3);
    const swing = scene.waves * (0.02 + y * 0.22);
    const clear = Math.min(0.72, 0.1 + y * 0.95);
    const path = light === null ? 0 : 0.03 + y * 0.22;
    for (let column = 0; column < tile.columns; column++) {
      const x = tile.left + column * tile.pixelWidth;
      const amount = shore(x, y);
      if (amount <= 0) continue;
      const ripple = fractal(noise, x * depth * 1.3 + place, depth * 5.2 + place, octaves);
      mirror.look(x + ripple * swing * 0.35, -Math.min(y * 0.94, -frame.top) + ripple * swing, reflected);
      const deep = clear * (0.55 + 0.45 * Math.max(-1, Math.min(1, ripple * 1.6)));
      let sparkle = 0;
      if (light !== null) {
        const away = (x - light.x) / path;
        const lane = 1 / (1 + away * away * away * away);
        sparkle = lane * strength * Math.max(0, ripple * 1.7 - 0.12 + 0.25 * lane) ** 2 * 2.2;
      }
      const far = 0.3 / (1 + y * 40);
      cover(
        tile.pixels,
        (row * tile.columns + column) * 3,
        amount,
        mix(mix(reflected[0] as number, water[0], deep), haze[0], far) + disc[0] * sparkle,
        mix(mix(reflected[1] as number, water[1], deep), haze[1], far) + disc[1] * sparkle,
        mix(mix(reflected[2] as number, water[2], deep), haze[2], far) + disc[2] * sparkle,
      );
    }
  };
}
