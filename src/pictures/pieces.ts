import { createHash } from 'node:crypto';

/** Bytes as they came, one piece after the other. Nobody joins them without need: that would hold all of them twice. */
export type Pieces = readonly Uint8Array[];

export function sizeOf(pieces: Pieces): number {
  return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

/** In hexadecimal. */
export function sha256Of(pieces: Pieces): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}
