import { between, createRandom, type Random } from '../canvas/random.ts';
import { type Layer, shine, type Tile } from '../canvas/tile.ts';
import type { Studio } from './studio.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A thin line of light that is brightest at its `to`. */
interface Streak {
  readonly from: Point;
  readonly to: Point;
  readonly radius: number;
  readonly light: number;
  readonly fades: boolean;
}

export function createMeteors(studio: Studio): Layer {
  const random = createRandom(studio.scene.variation ^ 0x3e7);
  const side = random() < 0.5 ? -1 : 1;
  return createStreaks(
    studio,
    [0, 1, 2, 3].map((index) => {
      const from = { x: between(random, -0.4, 0.4), y: -between(random, 0.36, 0.56) };
      const length = between(random, 0.1, 0.22) * (index === 0 ? 1.3 : 0.8);
      const to = { x: from.x + side * length * 0.86, y: from.y + length * 0.5 };
      return { from, to, radius: 0.0016, light: index === 0 ? 1.5 : 0.7, fades: true };
    }),
  );
}

export function createLightning(studio: Studio): Layer {
  const random = createRandom(studio.scene.variation ^ 0xb017);
  const x = between(random, -0.26, 0.26);
  const streaks: Streak[] = [];
  growBolt(random, { x, y: -between(random, 0.44, 0.52) }, 0.0026, streaks);
  return createStreaks(studio, streaks);
}

function growBolt(random: Random, start: Point, radius: number, streaks: Streak[]): void {
  let from = start;
  const lean = between(random, -0.4, 0.4);
  while (from.y < -0.01 && radius > 0.0008) {
    const drop = between(random, 0.012, 0.034);
    const to = { x: from.x + drop * (lean + between(random, -1.1, 1.1)), y: Math.min(0, from.y + drop) };
    streaks.push({ from, to, radius, light: 2.2 * (radius / 0.0026), fades: false });
    if (random() < 0.16) growBolt(random, to, radius * 0.45, streaks);
    if (radius < 0.002 && random() < 0.12) return;
    from = to;
  }
}

function createStreaks({ pixelSize }: Studio, streaks: readonly Streak[]): Layer {
  return {
    paint(tile) {
      const right = tile.left + tile.columns * tile.pixelWidth;
      const bottom = tile.top + tile.rows * tile.pixelHeight;
      for (const streak of streaks) {
        const reach = streak.radius * 22;
        const { from, to } = streak;
        const isApart =
          Math.max(from.x, to.x) + reach < tile.left ||
          Math.min(from.x, to.x) - reach > right ||
          Math.max(from.y, to.y) + reach < tile.top ||
          Math.min(from.y, to.y) - reach > bottom;
        if (!isApart) paintStreak(tile, streak, Math.max(streak.radius, pixelSize * 0.7));
      }
    },
  };
}

function paintStreak(tile: Tile, { from, to, light, radius: thin, fades }: Streak, radius: number): void {
  const spanX = to.x - from.x;
  const spanY = to.y - from.y;
  const lengthSquared = spanX * spanX + spanY * spanY;
  const core = light * (thin / radius);
  for (let row = 0; row < tile.rows; row++) {
    const y = tile.top + row * tile.pixelHeight;
    for (let column = 0; column < tile.columns; column++) {
      const x = tile.left + column * tile.pixelWidth;
      const along = Math.max(0, Math.min(1, ((x - from.x) * spanX + (y - from.y) * spanY) / lengthSquared));
      const away = Math.hypot(x - from.x - spanX * along, y - from.y - spanY * along) / radius;
      if (away > 22) continue;
      const glow =
        core * (fades ? along * along : 1) * (Math.exp(-away * away) + (fades ? 0 : 0.02 / (1 + away * 0.6)));
      shine(tile.pixels, (row * tile.columns + column) * 3, glow * 0.9, glow * 0.92, glow * 1.1);
    }
  }
}
