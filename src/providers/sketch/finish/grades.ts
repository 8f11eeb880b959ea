import type { Canvas } from '../canvas/canvas.ts';
import { mix, smoothStep } from '../canvas/colour.ts';
import type { Noise } from '../canvas/noise.ts';
import { hashCell } from '../canvas/random.ts';
import type { Style } from '../scene/vocabulary.ts';
import { toneOf } from './tone.ts';

/** Changes the colour of one pixel, each channel 0 to 1. */
export type Grade = (pixel: Float32Array, column: number, row: number) => void;

export interface Sheet {
  readonly canvas: Canvas;
  readonly noise: Noise;
}

export const grades: Readonly<Record<Style | 'plain', (sheet: Sheet) => Grade>> = {
  plain: (sheet) => (pixel, column, row) => scale(pixel, 1 - 0.1 * cornerOf(sheet, column, row)),
  neon: (sheet) => (pixel, column, row) => {
    saturate(pixel, 1.18);
    contrast(pixel, 1.12);
    scale(pixel, (1 - 0.28 * cornerOf(sheet, column, row)) * (row % 3 === 0 ? 0.965 : 1));
  },
  monochrome: (sheet) => (pixel, column, row) => {
    const light = 0.36 * red(pixel) + 0.52 * green(pixel) + 0.12 * blue(pixel);
    const curved = light + 0.24 * light * (1 - light) * (2 * light - 1) * 2;
    const grain = (hashCell(column, row, 5) - 0.5) * 0.05;
    fill(pixel, (curved + grain) * (1 - 0.3 * cornerOf(sheet, column, row)));
  },
  vintage: (sheet) => (pixel, column, row) => {
    saturate(pixel, 0.62);
    const corner = cornerOf(sheet, column, row);
    const grain = (hashCell(column, row, 6) - 0.5) * 0.06;
    pixel[0] = (0.1 + 0.88 * red(pixel) ** 0.92) * (1 - 0.24 * corner) + grain + 0.04 * corner;
    pixel[1] = (0.07 + 0.83 * green(pixel)) * (1 - 0.36 * corner) + grain;
    pixel[2] = (0.12 + 0.6 * blue(pixel)) * (1 - 0.45 * corner) + grain;
  },
  pastel: (sheet) => (pixel, column, row) => {
    saturate(pixel, 0.95);
    const chalk = 0.045 * toothOf(sheet, column, row, 150) + 0.03 * toothOf(sheet, column, row, 330);
    for (let channel = 0; channel < 3; channel++) {
      pixel[channel] = 0.27 + 0.7 * (pixel[channel] as number) ** 0.85 + chalk;
    }
  },
  watercolor: gradeWatercolor,
  ink: gradeInk,
  oil: (sheet) => (pixel, column, row) => {
    saturate(pixel, 1.16);
    contrast(pixel, 1.05);
    const weave = 0.022 * toothOf(sheet, column, row, 220);
    scale(pixel, 1 + weave - 0.12 * cornerOf(sheet, column, row));
  },
  pop: gradePop,
};

function gradeWatercolor(sheet: Sheet): Grade {
  const edgeAt = createEdges(sheet.canvas, 0.0016);
  return (pixel, column, row) => {
    const pool = 0.5 + 0.5 * toothOf(sheet, column, row, 5) + 0.3 * toothOf(sheet, column, row, 14);
    const tooth = toothOf(sheet, column, row, 190) + 0.6 * toothOf(sheet, column, row, 420);
    saturate(pixel, 1.2);
    const edge = Math.min(1, edgeAt(column, row) * 2.2);
    const dry = paperShare(sheet, column, row);
    for (let channel = 0; channel < 3; channel++) {
      const paint = 0.17 + 0.83 * (pixel[channel] as number) ** (0.74 + 0.2 * pool);
      const pigment = paint * (1 - 0.22 * edge) + 0.035 * tooth * (1.1 - paint);
      pixel[channel] = mix(pigment, channel === 2 ? 0.945 : 0.975, dry) + 0.012 * tooth;
    }
  };
}

/** Leaves the rim of the sheet unpainted, with a wandering edge. */
function paperShare(sheet: Sheet, column: number, row: number): number {
  const { width, height } = sheet.canvas;
  const unit = Math.min(width, height);
  const rim = Math.min(column, row, width - 1 - column, height - 1 - row) / unit;
  const wander = 0.011 * toothOf(sheet, column, row, 9) + 0.006 * toothOf(sheet, column, row, 34);
  return 1 - smoothStep(0.024, 0.031, rim + wander);
}

function gradeInk(sheet: Sheet): Grade {
  const edgeAt = createEdges(sheet.canvas, 0.0012);
  return (pixel, column, row) => {
    const light = 0.3 * red(pixel) + 0.59 * green(pixel) + 0.11 * blue(pixel);
    const fibre = toothOf(sheet, column, row, 60) * 0.5 + toothOf(sheet, column, row, 260) * 0.5;
    const wash = smoothStep(0.08, 0.78, light + 0.05 * toothOf(sheet, column, row, 7));
    const washes = mix(wash, Math.round(wash * 4) / 4, 0.55);
    const line = Math.min(0.75, edgeAt(column, row) * 3.2);
    const paper = 0.955 + 0.018 * fibre;
    const ink = (1 - line) * (0.1 + 0.9 * washes);
    const tint = 0.1;
    pixel[0] = paper * mix(ink + 0.02, red(pixel), tint * washes);
    pixel[1] = paper * mix(ink + 0.012, green(pixel), tint * washes) * 0.985;
    pixel[2] = paper * mix(ink + 0.03, blue(pixel), tint * washes) * 0.94;
  };
}

function gradePop(sheet: Sheet): Grade {
  const edgeAt = createEdges(sheet.canvas, 0.0014);
  const dotSize = Math.max(3, Math.max(sheet.canvas.width, sheet.canvas.height) / 128);
  return (pixel, column, row) => {
    saturate(pixel, 1.75);
    const turnedX = (column + row) / dotSize / Math.SQRT2;
    const turnedY = (column - row) / dotSize / Math.SQRT2;
    const dot = Math.hypot(turnedX - Math.round(turnedX), turnedY - Math.round(turnedY));
    const light = 0.3 * red(pixel) + 0.59 * green(pixel) + 0.11 * blue(pixel);
    const screen = smoothStep(-0.06, 0.06, dot - 0.62 * (1 - light) ** 1.3);
    const outline = 1 - smoothStep(0.16, 0.3, edgeAt(column, row));
    for (let channel = 0; channel < 3; channel++) {
      const stepped = (Math.round(Math.max(0, Math.min(1, pixel[channel] as number)) * 4) / 4) * 0.92 + 0.06;
      pixel[channel] = stepped * mix(0.74, 1, screen) * mix(0.12, 1, outline);
    }
  };
}

/** How sharply the picture changes at a pixel; `reach` is a share of its longer side. */
function createEdges({ width, height, pixels }: Canvas, reach: number) {
  const step = Math.max(1, Math.round(Math.max(width, height) * reach));
  const toneAt = (column: number, row: number) => {
    const inColumn = Math.max(0, Math.min(width - 1, column));
    return toneOf(pixels[(Math.max(0, Math.min(height - 1, row)) * width + inColumn) * 3 + 1] as number);
  };
  return (column: number, row: number) =>
    Math.abs(toneAt(column + step, row) - toneAt(column - step, row)) +
    Math.abs(toneAt(column, row + step) - toneAt(column, row - step));
}

function toothOf({ canvas, noise }: Sheet, column: number, row: number, frequency: number): number {
  const unit = Math.max(canvas.width, canvas.height);
  return noise.at((column / unit) * frequency, (row / unit) * frequency);
}

/** 0 in the middle to 1 in the corners. */
function cornerOf({ canvas: { width, height } }: Sheet, column: number, row: number): number {
  const across = (column / width - 0.5) * 2;
  const down = (row / height - 0.5) * 2;
  const away = (across * across + down * down) / 2;
  return away * away;
}

function red(pixel: Float32Array): number {
  return pixel[0] as number;
}

function green(pixel: Float32Array): number {
  return pixel[1] as number;
}

function blue(pixel: Float32Array): number {
  return pixel[2] as number;
}

function fill(pixel: Float32Array, light: number): void {
  pixel.fill(light);
}

function scale(pixel: Float32Array, factor: number): void {
  for (let channel = 0; channel < 3; channel++) pixel[channel] = (pixel[channel] as number) * factor;
}

function saturate(pixel: Float32Array, amount: number): void {
  const grey = 0.3 * red(pixel) + 0.59 * green(pixel) + 0.11 * blue(pixel);
  for (let channel = 0; channel < 3; channel++) pixel[channel] = mix(grey, pixel[channel] as number, amount);
}

function contrast(pixel: Float32Array, amount: number): void {
  for (let channel = 0; channel < 3; channel++) pixel[channel] = mix(0.45, pixel[channel] as number, amount);
}
