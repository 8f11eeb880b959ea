import { mix, smoothStep } from '../canvas/colour.ts';

/** How much of a painting is the input's and how much the scene's, each 0 to 1. */
export interface Shares {
  /** The scene's palette, in the colours of what is kept of the input. */
  readonly palette: number;
  /** The colours that the scene itself has at the place, in those of the palette. */
  readonly place: number;
  /** The scene, where the input shows little. */
  readonly open: number;
  /** The scene, where the input shows something. */
  readonly held: number;
}

/** Colours go over first, then what is empty, and last what the input shows. Nothing stays for good, nothing goes at once. */
export function planShares(strength: number): Shares {
  return {
    palette: mix(0.25, 1, smoothStep(0, 0.75, strength)),
    place: 0.7 * smoothStep(0.05, 0.8, strength),
    open: 0.97 * strength ** 2.6,
    held: 0.97 * strength ** 4.5,
  };
}
