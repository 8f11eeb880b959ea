import { hashCell } from '../canvas/random.ts';
import { inside, type Silhouette } from './stamps.ts';

export type TreeKind = 'conifer' | 'leafy' | 'bare' | 'palm' | 'cactus';

const conifer: Silhouette = (seed) => {
  const tiers = 7 + 5 * hashCell(seed, 1, 5);
  return (x, y, pixel) => {
    const down = 1 - y;
    if (down < 0) return 0;
    if (y < 0.08) return inside(0.014 - Math.abs(x), pixel);
    const phase = down * tiers + (x > 0 ? 0.4 : 0);
    const tier = phase - Math.floor(phase);
    const branch = hashCell(Math.floor(phase), x > 0 ? 1 : 2, seed);
    // A branch hangs: it starts at the trunk and is widest at its lower end.
    const width = (0.015 + 0.2 * down ** 0.9) * (0.42 + 0.58 * tier) * (0.72 + 0.4 * branch);
    return inside(width - Math.abs(x), pixel);
  };
};

const leafy: Silhouette = (seed) => {
  const clumps = Array.from({ length: 9 }, (_, clump) => {
    const angle = clump * 2.4 + hashCell(seed, clump, 1) * 1.5;
    const away = 0.05 + 0.2 * hashCell(seed, clump, 2);
    const radius = 0.11 + 0.1 * hashCell(seed, clump, 3);
    return { x: Math.cos(angle) * away * 1.15, y: 0.68 + Math.sin(angle) * away * 0.8, radius };
  });
  return (x, y, pixel) => {
    if (y < 0.42 && Math.abs(x) < 0.05) return inside(0.032 - Math.abs(x) + (0.4 - y) * 0.02, pixel);
    if (x * x + (y - 0.68) ** 2 > 0.22) return 0;
    let distance = -1;
    for (const clump of clumps) {
      const across = x - clump.x;
      const up = y - clump.y;
      distance = Math.max(distance, clump.radius - Math.sqrt(across * across + up * up));
    }
    if (distance < -0.03 || distance > 0.03 + pixel) return distance > 0 ? 1 : 0;
    // Leaves fray the outline.
    const leaves = Math.sin(x * 61 + seed) * Math.sin(y * 67 + seed * 3) + 0.6 * Math.sin(x * 139 - y * 97 + seed);
    return inside(distance + 0.011 * leaves, pixel);
  };
};

const bare: Silhouette = (seed) => (x, y, pixel) => {
  let amount = inside(0.022 * (1.1 - y) - Math.abs(x), pixel);
  for (let branch = 0; branch < 9; branch++) {
    const start = 0.28 + branch * 0.075;
    const side = branch % 2 === 0 ? 1 : -1;
    const rise = y - start;
    const length = (1 - start) * 0.72;
    if (rise < 0 || rise > length) continue;
    const lean = 0.35 + 0.5 * hashCell(seed, branch, 1);
    const middle = side * lean * rise * (1 - 0.35 * rise) + 0.02 * Math.sin(rise * 26 + branch);
    amount = Math.max(amount, inside(0.011 * (1.05 - rise / length) - Math.abs(x - middle), pixel));
  }
  return amount;
};

const palm: Silhouette = (seed) => (x, y, pixel) => {
  const bend = (hashCell(seed, 1, 1) - 0.5) * 0.5;
  const trunk = bend * y * y;
  const crown = 0.8;
  let amount = y < crown ? inside(0.024 - 0.012 * y - Math.abs(x - trunk), pixel) : 0;
  const fromX = x - bend * crown * crown;
  for (let frond = 0; frond < 9; frond++) {
    const reach = 0.27 + 0.1 * hashCell(seed, frond, 2);
    const direction = -1 + (2 * frond) / 8;
    const along = (fromX * Math.sign(direction || 1)) / reach / Math.max(0.35, Math.abs(direction));
    if (along < 0 || along > 1) continue;
    const lift = (1 - Math.abs(direction)) * 0.26 + 0.1;
    const middle = crown + lift * along * 1.7 - along * along * (0.34 + 0.12 * Math.abs(direction));
    const leaf = 0.038 * (1 - along) * along ** 0.3 * (0.86 + 0.14 * Math.sin(along * 44));
    const under = middle - y;
    amount = Math.max(amount, inside(leaf + 0.004 - Math.abs(under - leaf * 0.6), pixel));
  }
  return amount;
};

const cactus: Silhouette = (seed) => (x, y, pixel) => {
  const capsule = (middle: number, low: number, high: number, radius: number) =>
    radius - Math.hypot(x - middle, Math.max(0, low - y, y - high));
  let distance = capsule(0, 0, 0.92, 0.075);
  for (const side of [-1, 1]) {
    const from = 0.3 + 0.2 * hashCell(seed, side + 2, 1);
    const to = from + 0.22 + 0.18 * hashCell(seed, side + 2, 2);
    const elbow = 0.05 - Math.hypot(Math.max(0, x * side - 0.23, -x * side), y - from);
    distance = Math.max(distance, capsule(side * 0.23, from, to, 0.05), elbow);
  }
  return inside(distance, pixel);
};

export const trees: Readonly<Record<TreeKind, { readonly silhouette: Silhouette; readonly reach: number }>> = {
  conifer: { silhouette: conifer, reach: 0.26 },
  leafy: { silhouette: leafy, reach: 0.46 },
  bare: { silhouette: bare, reach: 0.5 },
  palm: { silhouette: palm, reach: 0.55 },
  cactus: { silhouette: cactus, reach: 0.3 },
};
