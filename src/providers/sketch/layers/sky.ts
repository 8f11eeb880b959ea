import { type Colour, mix, scaleColour } from '../canvas/colour.ts';
import type { Layer, Tile } from '../canvas/tile.ts';
import type { Scene } from '../scene/scene.ts';
import type { Studio } from './studio.ts';

/** Where the colours of the sky lie, in scene units above the horizon. */
const stopHeights = [0, 0.1, 0.26, 0.48, 0.85] as const;

export function createSky({ scene }: Studio): Layer {
  const source = findLightSource(scene);
  return {
    paint(tile) {
      for (let row = 0; row < tile.rows; row++) {
        const y = tile.top + row * tile.pixelHeight;
        paintRow(tile, row, skyColour(scene, -y), source === null ? null : { ...source, y: y - source.y });
      }
    },
  };
}

/** The colour of the open sky, without the glow of the sun. */
function skyColour({ palette: { sky } }: Scene, height: number): Colour {
  const above = Math.abs(height);
  let upper = 1;
  while (upper < 4 && above > (stopHeights[upper] ?? 1)) upper++;
  const low = stopHeights[upper - 1] ?? 0;
  const share = Math.min(1, (above - low) / ((stopHeights[upper] ?? 1) - low));
  // Even steps to the eye, not to the light meter.
  const blend = (from: number, to: number) => mix(Math.sqrt(from), Math.sqrt(to), share) ** 2;
  const from = sky[upper - 1] ?? sky[0];
  const to = sky[upper] ?? sky[4];
  return [blend(from[0], to[0]), blend(from[1], to[1]), blend(from[2], to[2])];
}

interface LightSource {
  readonly x: number;
  readonly y: number;
  readonly wide: Colour;
  readonly narrow: Colour;
}

function findLightSource({ sun, moon, palette }: Scene): LightSource | null {
  if (sun !== null) return { x: sun.x, y: sun.y, wide: palette.glow, narrow: palette.disc };
  if (moon !== null)
    return { x: moon.x, y: moon.y, wide: scaleColour(palette.glow, 0.35), narrow: scaleColour(palette.disc, 0.3) };
  return null;
}

function paintRow({ pixels, columns, left, pixelWidth }: Tile, row: number, base: Colour, source: LightSource | null) {
  const start = row * columns * 3;
  for (let column = 0; column < columns; column++) {
    const index = start + column * 3;
    pixels[index] = base[0];
    pixels[index + 1] = base[1];
    pixels[index + 2] = base[2];
    if (source === null) continue;
    const across = left + column * pixelWidth - source.x;
    const near = across * across + source.y * source.y;
    const wide = 1 / (1 + 5 * across * across + 16 * source.y * source.y);
    const halo = 1 / (1 + 70 * near);
    const corona = 1 / (1 + 900 * near);
    const soft = 0.38 * wide * wide + 0.3 * halo;
    pixels[index] = base[0] + source.wide[0] * soft + source.narrow[0] * corona * 0.55;
    pixels[index + 1] = base[1] + source.wide[1] * soft + source.narrow[1] * corona * 0.55;
    pixels[index + 2] = base[2] + source.wide[2] * soft + source.narrow[2] * corona * 0.55;
  }
}
