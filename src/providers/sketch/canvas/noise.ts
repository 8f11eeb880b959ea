import { createRandom } from './random.ts';

/** Smooth gradient noise, about -1 to 1, that repeats after 32 units. */
export interface Noise {
  /** Quick, from a table. */
  at(x: number, y: number): number;
  /** The same without the table's facets, for outlines that are drawn large. */
  exact(x: number, y: number): number;
}

const period = 32;
const samplesPerUnit = 8;
const side = period * samplesPerUnit;
const last = side - 1;

/** Looked up in a table, as painting asks for it some ten million times a picture. Every seed looks elsewhere in it. */
export function createNoise(seed: number): Noise {
  const random = createRandom(seed);
  // Far on the positive side, where cutting off the fraction is the same as rounding down, and faster.
  const shiftX = 1_048_576 + random() * side;
  const shiftY = 1_048_576 + random() * side;
  return {
    at(x, y) {
      const scaledX = x * samplesPerUnit + shiftX;
      const scaledY = y * samplesPerUnit + shiftY;
      const wholeX = scaledX | 0;
      const wholeY = scaledY | 0;
      const left = wholeX & last;
      const right = (left + 1) & last;
      const upper = (wholeY & last) * side;
      const lower = ((wholeY + 1) & last) * side;
      const upperLeft = table[upper + left] as number;
      const lowerLeft = table[lower + left] as number;
      const across = scaledX - wholeX;
      const above = upperLeft + ((table[upper + right] as number) - upperLeft) * across;
      const below = lowerLeft + ((table[lower + right] as number) - lowerLeft) * across;
      return above + (below - above) * (scaledY - wholeY);
    },
    exact: (x, y) => gradientNoise(x + shiftX / samplesPerUnit, y + shiftY / samplesPerUnit),
  };
}

const { slopesX, slopesY } = createSlopes();
const table = createTable();

function createSlopes() {
  const random = createRandom(20_031);
  const angles = Array.from({ length: period * period }, () => random() * 2 * Math.PI);
  return { slopesX: Float64Array.from(angles, Math.cos), slopesY: Float64Array.from(angles, Math.sin) };
}

function createTable(): Float32Array {
  const samples = new Float32Array(side * side);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      samples[row * side + column] = gradientNoise(column / samplesPerUnit, row / samplesPerUnit);
    }
  }
  return samples;
}

function gradientNoise(x: number, y: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const across = fade(x - column);
  const corner = (right: number, down: number) => {
    const slope = ((row + down) % period) * period + ((column + right) % period);
    return (slopesX[slope] as number) * (x - column - right) + (slopesY[slope] as number) * (y - row - down);
  };
  const upperLeft = corner(0, 0);
  const lowerLeft = corner(0, 1);
  const above = upperLeft + (corner(1, 0) - upperLeft) * across;
  const below = lowerLeft + (corner(1, 1) - lowerLeft) * across;
  return 1.5 * (above + (below - above) * fade(y - row));
}

function fade(share: number): number {
  return share * share * share * (share * (share * 6 - 15) + 10);
}

/**
 * Sums octaves of noise, each half as strong and twice as fine as the one before. Gives up where the sum will hardly
 * reach `least`, so that empty places cost little.
 */
export function fractal(noise: Noise, x: number, y: number, octaves: number, least = -2): number {
  let sum = 0;
  let amplitude = 0.55;
  let pointX = x;
  let pointY = y;
  for (let octave = 0; octave < octaves; octave++) {
    sum += amplitude * noise.at(pointX, pointY);
    if (sum + 0.7 * amplitude < least) return sum;
    // Turning every octave keeps the lattice of the noise out of sight.
    const turnedX = 1.6 * pointX - 1.2 * pointY + 17.3;
    pointY = 1.2 * pointX + 1.6 * pointY - 5.7;
    pointX = turnedX;
    amplitude *= 0.5;
  }
  return sum;
}

/** Like `fractal`, with sharp crests: 0 to about 1. */
export function ridged(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0;
  let amplitude = 0.5;
  let weight = 1;
  let frequency = 1;
  for (let octave = 0; octave < octaves; octave++) {
    const crest = 1 - Math.abs(noise.at(x * frequency + octave * 31.7, y * frequency + octave * 11.3));
    const height = crest * crest * weight;
    sum += height * amplitude;
    weight = Math.min(1, height * 1.6);
    frequency *= 2.07;
    amplitude *= 0.5;
  }
  return sum;
}

/** How many octaves still show at this pixel size: finer ones would only flicker. */
export function visibleOctaves(frequency: number, pixelSize: number, most: number): number {
  const fitting = Math.floor(Math.log2(1 / (2 * frequency * pixelSize))) + 1;
  return Math.max(1, Math.min(most, fitting));
}
