import { mix, smoothStep } from '../canvas/colour.ts';
import { fractal } from '../canvas/noise.ts';
import { cover, type Layer } from '../canvas/tile.ts';
import type { Moon } from '../scene/scene.ts';
import type { Studio } from './studio.ts';
import { eachPixelNear } from './sun.ts';

export function createMoon({ scene, noise, pixelSize }: Studio, moon: Moon): Layer {
  const [red, green, blue] = scene.palette.disc;
  const side = scene.variation % 2 === 0 ? 1 : -1;
  // The edge between light and dark runs from the right rim (full) to the left one (new).
  const terminator = 1 - 2 * moon.phase;
  return {
    paint(tile) {
      eachPixelNear(tile, moon, (index, across, down) => {
        const x = (across / moon.radius) * side;
        const y = down / moon.radius;
        const amount = Math.max(0, Math.min(1, ((1 - Math.hypot(x, y)) * moon.radius) / pixelSize + 0.5));
        if (amount <= 0) return;
        const rim = Math.sqrt(Math.max(0, 1 - y * y));
        const lit = moon.phase > 0.96 ? 1 : smoothStep(-0.12, 0.16, x - terminator * rim);
        const seas = smoothStep(-0.15, 0.35, fractal(noise, x * 1.1 + 7, y * 1.1 + 3, 4));
        const craters = 0.08 * fractal(noise, x * 5, y * 5, 3);
        const light = (0.98 - 0.34 * seas + craters) * (1 - 0.25 * (x * x + y * y) ** 2) * lit * 1.25;
        cover(tile.pixels, index, amount * mix(0.25, 1, lit), red * light, green * light, blue * light);
      });
    },
  };
}
