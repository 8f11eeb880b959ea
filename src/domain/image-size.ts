import type { Capabilities, IntRange } from './image-model.ts';
import type { InputIssue } from './user-errors.ts';

export type RequestedSize =
  | { readonly aspectRatio: string }
  | { readonly pixels: { readonly width: number; readonly height: number } };

export interface AppliedSize {
  readonly width: number;
  readonly height: number;
  readonly aspectRatio: string | null;
}

/** Either the size that is applied, or all that is wrong with the one asked for, with paths inside of it. */
export type SizeOutcome = { readonly size: AppliedSize } | { readonly issues: readonly InputIssue[] };

export function applySize(requested: RequestedSize | null, capabilities: Capabilities): SizeOutcome {
  if (requested === null) return { size: defaultSize(capabilities) };
  if ('pixels' in requested) return applyPixels(requested.pixels, capabilities);
  return applyAspectRatio(requested.aspectRatio, capabilities);
}

function defaultSize({ width, height }: Capabilities): AppliedSize {
  return { width: width.default, height: height.default, aspectRatio: null };
}

function applyPixels(
  pixels: { readonly width: number; readonly height: number },
  capabilities: Capabilities,
): SizeOutcome {
  const outside = (['width', 'height'] as const).filter((side) => !isWithin(pixels[side], capabilities[side]));
  if (outside.length === 0) return { size: { ...pixels, aspectRatio: null } };
  const issues = outside.map((side) => {
    const { min, max } = capabilities[side];
    return { path: ['pixels', side], message: `The ${side} must be ${min} to ${max} pixels.` };
  });
  return { issues };
}

function applyAspectRatio(aspectRatio: string, capabilities: Capabilities): SizeOutcome {
  const refuse = (message: string) => ({ issues: [{ path: ['aspectRatio'], message }] });
  const match = /^([1-9]\d{0,3}):([1-9]\d{0,3})$/.exec(aspectRatio);
  if (match === null) {
    return refuse('An aspect ratio is two whole numbers with a colon between them, for example 16:9.');
  }
  if (capabilities.aspectRatios !== null && !capabilities.aspectRatios.includes(aspectRatio)) {
    return refuse(`The model takes these aspect ratios: ${capabilities.aspectRatios.join(', ')}.`);
  }
  const { width, height } = sizeWithRatio(Number(match[1]) / Number(match[2]), capabilities);
  if (!isWithin(width, capabilities.width) || !isWithin(height, capabilities.height)) {
    return refuse(`The aspect ratio ${aspectRatio} is too extreme for this model's sizes.`);
  }
  return { size: { width, height, aspectRatio } };
}

/** Keeps the area of the default size; sides are multiples of 8, as most engines want them. */
function sizeWithRatio(ratio: number, capabilities: Capabilities): { width: number; height: number } {
  const area = capabilities.width.default * capabilities.height.default;
  const toSide = (length: number) => Math.max(8, Math.round(length / 8) * 8);
  return { width: toSide(Math.sqrt(area * ratio)), height: toSide(Math.sqrt(area / ratio)) };
}

function isWithin(value: number, range: IntRange): boolean {
  return value >= range.min && value <= range.max;
}
