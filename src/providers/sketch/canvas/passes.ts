import type { PictureSize } from './frame.ts';

/** One step of the work: a share of the tiles of one resolution. */
export interface Pass {
  readonly level: PictureSize;
  /** The tiles from this share to that share of all, in the order in which they are painted. */
  readonly from: number;
  readonly to: number;
}

const coarsestPixels = 40;
/** How the passes are spread over the resolutions, from rough to fine. */
const usualShares = [1, 1, 2, 3, 5, 8, 10, 12];

/** Plans exactly `steps` passes. Fewer steps than resolutions leave the finest out. */
export function planPasses(size: PictureSize, steps: number): readonly Pass[] {
  const levels = chooseLevels(listLevels(size), steps);
  const counts = spreadPasses(levels.length, steps);
  return levels.flatMap((level, index) => {
    const count = counts[index] ?? 1;
    return Array.from({ length: count }, (_, pass) => ({ level, from: pass / count, to: (pass + 1) / count }));
  });
}

/** Every resolution is twice as fine as the one before; the last is the picture itself. */
function listLevels({ width, height }: PictureSize): readonly PictureSize[] {
  const levels: PictureSize[] = [{ width, height }];
  for (let scale = 2; Math.max(width, height) / scale >= coarsestPixels / 1.5; scale *= 2) {
    levels.unshift({ width: Math.max(2, Math.ceil(width / scale)), height: Math.max(2, Math.ceil(height / scale)) });
  }
  return levels;
}

function chooseLevels(levels: readonly PictureSize[], steps: number): readonly PictureSize[] {
  const finest = Math.max(0, levels.length - Math.max(0, 4 - steps));
  return levels.slice(0, Math.max(1, finest)).slice(-steps);
}

function spreadPasses(levels: number, steps: number): readonly number[] {
  const shares = usualShares.slice(0, levels);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const counts = shares.map((share) => Math.max(1, Math.floor((share / total) * steps)));
  for (let spent = counts.reduce((sum, count) => sum + count, 0); spent !== steps; spent += spent < steps ? 1 : -1) {
    const last = counts.length - 1;
    const most = spent < steps ? last : counts.indexOf(Math.max(...counts));
    counts[most] = (counts[most] ?? 1) + (spent < steps ? 1 : -1);
  }
  return counts;
}
