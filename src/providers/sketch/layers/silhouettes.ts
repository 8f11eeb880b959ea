import { hashCell } from '../canvas/random.ts';
import { inside, type Silhouette } from './stamps.ts';

/** Two wings in one of the poses of a beat. */
export const bird: Silhouette = (seed) => {
  const lift = 0.35 + 0.45 * hashCell(seed, 1, 1);
  return (x, y, pixel) => {
    const away = Math.abs(x);
    const wing = 0.35 + lift * Math.sin(Math.min(1, away / 1.3) * 2.2) * 0.75;
    const thick = 0.11 * Math.max(0, 1 - away / 1.35) + 0.015;
    const amount = Math.max(
      inside(thick - Math.abs(y - wing), pixel),
      inside(0.16 - Math.hypot(x * 0.7, y - 0.33), pixel),
    );
    return away > 1.35 ? 0 : amount * Math.min(1, 0.5 / pixel);
  };
};

export const boat: Silhouette = () => (x, y, pixel) => {
  const hull = y < 0.16 ? inside(Math.min(0.15 - y, 0.24 + y * 0.9 - Math.abs(x), y + 0.02), pixel) : 0;
  const mast = y < 1 ? inside(0.008 - Math.abs(x), pixel) : 0;
  const main = inside(Math.min(0.02 + 0.42 * (0.96 - y) - x, x - 0.018, y - 0.2), pixel);
  const jib = inside(Math.min(0.3 * (0.85 - y) + x * 0.98, -0.018 - x, y - 0.2), pixel);
  return Math.max(hull, mast, main, jib * 0.92);
};

export const balloon: Silhouette = () => (x, y, pixel) => {
  const skirt = y < 0.62 ? Math.max(0, (0.62 - y) * 0.55) : 0;
  const envelope = inside(0.36 - skirt * 0.9 - Math.hypot(x, (y - 0.63) * (y < 0.63 ? 0.82 : 0.98)), pixel);
  const basket = inside(Math.min(0.055 - Math.abs(x), 0.1 - y, y), pixel);
  const ropes = y < 0.3 && y > 0.08 ? inside(0.006 - Math.abs(Math.abs(x) - 0.05 - (y - 0.1) * 0.2), pixel) : 0;
  const gore = 0.82 + 0.18 * Math.sign(Math.sin(Math.asin(Math.max(-1, Math.min(1, x / 0.37))) * 7));
  return Math.max(y > 0.28 ? envelope * gore : 0, basket, ropes);
};

export const cabin: Silhouette = () => (x, y, pixel) => {
  const walls = inside(Math.min(0.5 - Math.abs(x), 0.48 - y, y + 0.02), pixel);
  const roof = inside(Math.min((0.98 - y) * 0.68 - Math.abs(x) * 0.72, y - 0.44), pixel);
  const chimney = inside(Math.min(0.055 - Math.abs(x - 0.3), 1 - y, y - 0.5), pixel);
  const isWindow = Math.abs(Math.abs(x) - 0.22) < 0.09 && Math.abs(y - 0.25) < 0.1;
  return isWindow ? 0.2 : Math.max(walls, roof, chimney);
};

export const lighthouse: Silhouette = () => (x, y, pixel) => {
  const tower = y < 0.8 ? inside(0.095 - 0.045 * y - Math.abs(x), pixel) : 0;
  const gallery = inside(Math.min(0.085 - Math.abs(x), 0.03 - Math.abs(y - 0.81)), pixel);
  const lantern = y < 0.93 ? inside(Math.min(0.045 - Math.abs(x), y - 0.8), pixel) : 0;
  const dome = inside(0.055 - Math.hypot(x, (y - 0.93) * 0.9), pixel);
  const rock = inside(0.17 - Math.hypot(x, y * 2.6), pixel);
  const isStripe = y < 0.78 && Math.floor(y * 7) % 2 === 1;
  return Math.max(tower * (isStripe ? 0.45 : 1), gallery, lantern * 0.9, dome, rock);
};
