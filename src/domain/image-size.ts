import type { NumberRange, PixelSize, SizeRule } from './image-model.ts';
import type { InputIssue } from './user-errors.ts';

export type RequestedSize = { readonly aspectRatio: string } | { readonly pixels: PixelSize };

export interface AppliedSize {
  /** Null where the model is told an aspect ratio. */
  readonly width: number | null;
  readonly height: number | null;
  readonly aspectRatio: string | null;
  readonly resolution: string | null;
}

/** The size that is applied, and what had to be moved for it; or all that is wrong with the one asked for, with paths inside of it. */
export type SizeOutcome =
  | { readonly size: AppliedSize; readonly moved: string | null }
  | { readonly issues: readonly InputIssue[] };

type FreeRule = Extract<SizeRule, { readonly kind: 'free' }>;
type RatioRule = Extract<SizeRule, { readonly kind: 'ratio' }>;

/** Sizes that the model does not take exactly are moved to the nearest that it does. What is out of its range is refused. */
export function applySize(requested: RequestedSize | null, rule: SizeRule): SizeOutcome {
  const ratio = requested !== null && 'aspectRatio' in requested ? parseRatio(requested.aspectRatio) : null;
  if (ratio !== null && Number.isNaN(ratio)) {
    return refuse('aspectRatio', 'An aspect ratio is two whole numbers with a colon between them, for example 16:9.');
  }
  const wish = { requested, ratio };
  if (rule.kind === 'listed') return applyListed(wish, rule.sizes);
  if (rule.kind === 'ratio') return applyRatio(wish, rule);
  return applyFree(wish, rule);
}

/** The size of a picture that keeps the shape of another one, as nearly as the model can. */
export function applyShape({ width, height }: PixelSize, rule: SizeRule): AppliedSize {
  const scale = Math.min(1, 9_999 / Math.max(width, height));
  const [across, down] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const outcome = applySize({ aspectRatio: `${across}:${down}` }, rule);
  if ('size' in outcome)
    return { ...outcome.size, aspectRatio: rule.kind === 'ratio' ? outcome.size.aspectRatio : null };
  const usual = applySize(null, rule);
  return 'size' in usual ? usual.size : { width: null, height: null, aspectRatio: null, resolution: null };
}

interface Wish {
  readonly requested: RequestedSize | null;
  /** Width to height, where an aspect ratio was asked for. */
  readonly ratio: number | null;
}

function refuse(part: string, message: string): SizeOutcome {
  return { issues: [{ path: [part], message }] };
}

/** NaN for what is no ratio. */
function parseRatio(text: string): number {
  const match = /^([1-9]\d{0,3}):([1-9]\d{0,3})$/.exec(text);
  return match === null ? Number.NaN : Number(match[1]) / Number(match[2]);
}

function applyFree({ requested, ratio }: Wish, rule: FreeRule): SizeOutcome {
  if (requested === null) return take({ width: rule.width.default, height: rule.height.default }, null);
  if ('pixels' in requested) return applyPixels(requested.pixels, rule);
  const size = withRatio(ratio ?? 1, rule);
  const extreme = findOutside(size, rule).length > 0 || exceedsShape(size, rule);
  if (extreme) {
    return refuse('aspectRatio', `The aspect ratio ${requested.aspectRatio} is too extreme for this model's sizes.`);
  }
  return take(size, null, requested.aspectRatio);
}

function applyPixels(pixels: PixelSize, rule: FreeRule): SizeOutcome {
  const issues = findOutside(pixels, rule).map((side) => {
    const { min, max } = rule[side];
    return { path: ['pixels', side], message: `The ${side} must be ${min} to ${max} pixels.` };
  });
  if (issues.length > 0) return { issues };
  if (exceedsShape(pixels, rule)) {
    const message = `The longer side may be ${rule.maxRatio} times the shorter one at most.`;
    return { issues: [{ path: ['pixels'], message }] };
  }
  const size = toGrid(intoArea(pixels, rule), rule);
  return take(size, isSame(size, pixels) ? null : `${toText(pixels)} became ${toText(size)}, which the model takes.`);
}

function findOutside(size: PixelSize, rule: FreeRule): readonly ('width' | 'height')[] {
  return (['width', 'height'] as const).filter((side) => !isWithin(size[side], rule[side]));
}

function exceedsShape({ width, height }: PixelSize, { maxRatio }: FreeRule): boolean {
  return maxRatio !== null && Math.max(width / height, height / width) > maxRatio;
}

/** Keeps the area of the default size; sides are multiples of 8 at least, as most engines want them. */
function withRatio(ratio: number, rule: FreeRule): PixelSize {
  const area = rule.width.default * rule.height.default;
  const step = Math.max(8, rule.multipleOf);
  const toSide = (length: number) => Math.max(step, Math.round(length / step) * step);
  return { width: toSide(Math.sqrt(area * ratio)), height: toSide(Math.sqrt(area / ratio)) };
}

function intoArea({ width, height }: PixelSize, { area }: FreeRule): PixelSize {
  if (area === null) return { width, height };
  const wanted = Math.min(area.max, Math.max(area.min, width * height));
  const scale = Math.sqrt(wanted / (width * height));
  return { width: width * scale, height: height * scale };
}

/** Rounds down where rounding would leave the range or the area, and up where that would be too small. */
function toGrid({ width, height }: PixelSize, rule: FreeRule): PixelSize {
  const { multipleOf: step, area } = rule;
  const snap = (length: number, { min, max }: NumberRange, round: (value: number) => number) => {
    const [least, most] = [Math.ceil(min / step) * step, Math.floor(max / step) * step];
    return Math.min(most, Math.max(least, round(length / step) * step));
  };
  const snapped = (round: (value: number) => number) => {
    return { width: snap(width, rule.width, round), height: snap(height, rule.height, round) };
  };
  const nearest = snapped(Math.round);
  const pixels = nearest.width * nearest.height;
  if (area !== null && pixels > area.max) return snapped(Math.floor);
  if (area !== null && pixels < area.min) return snapped(Math.ceil);
  return nearest;
}

function applyListed({ requested, ratio }: Wish, sizes: readonly [PixelSize, ...PixelSize[]]): SizeOutcome {
  const [usual] = sizes;
  if (requested === null) return take(usual, null);
  if ('pixels' in requested) {
    const { pixels } = requested;
    if (pixels.width < 1 || pixels.height < 1) return refuse('pixels', 'A size has at least one pixel a side.');
    const area = pixels.width * pixels.height;
    const wanted = pixels.width / pixels.height;
    const size = nearest(sizes, (one) => 4 * distance(toRatio(one), wanted) + distance(one.width * one.height, area));
    return take(size, isSame(size, pixels) ? null : `${toText(pixels)} became ${toText(size)}, the nearest there is.`);
  }
  const size = nearest(sizes, (one) => distance(toRatio(one), ratio ?? 1));
  const moved = isRatio(toRatio(size), ratio ?? 1)
    ? null
    : `${requested.aspectRatio} became ${toText(size)}, the nearest there is.`;
  return take(size, moved, requested.aspectRatio);
}

function applyRatio({ requested, ratio }: Wish, rule: RatioRule): SizeOutcome {
  const [usual] = rule.resolutions;
  if (requested === null) return tell(rule.aspectRatios[0], usual.name, null);
  if ('aspectRatio' in requested) {
    const aspectRatio = nearest(rule.aspectRatios, (one) => distance(parseRatio(one), ratio ?? 1));
    const exact = isRatio(parseRatio(aspectRatio), ratio ?? 1);
    return tell(
      aspectRatio,
      usual.name,
      exact ? null : `${requested.aspectRatio} became ${aspectRatio}, the nearest there is.`,
    );
  }
  const { pixels } = requested;
  if (pixels.width < 1 || pixels.height < 1) return refuse('pixels', 'A size has at least one pixel a side.');
  const aspectRatio = nearest(rule.aspectRatios, (one) => distance(parseRatio(one), toRatio(pixels)));
  const resolution = nearest(rule.resolutions, (one) => distance(one.pixels, pixels.width * pixels.height)).name;
  const moved = `The model is told no pixels: ${toText(pixels)} became ${aspectRatio} in ${resolution}.`;
  return tell(aspectRatio, resolution, moved);
}

function take({ width, height }: PixelSize, moved: string | null, aspectRatio: string | null = null): SizeOutcome {
  return { size: { width, height, aspectRatio, resolution: null }, moved };
}

function tell(aspectRatio: string, resolution: string, moved: string | null): SizeOutcome {
  return { size: { width: null, height: null, aspectRatio, resolution }, moved };
}

function nearest<Choice>(choices: readonly [Choice, ...Choice[]], distanceOf: (choice: Choice) => number): Choice {
  return choices.reduce((best, choice) => (distanceOf(choice) < distanceOf(best) ? choice : best));
}

/** How many times one is the other, whichever is larger. */
function distance(one: number, other: number): number {
  return Math.abs(Math.log(one / other));
}

function isRatio(one: number, other: number): boolean {
  return distance(one, other) < 0.01;
}

function toRatio({ width, height }: PixelSize): number {
  return width / height;
}

function toText({ width, height }: PixelSize): string {
  return `${width}x${height}`;
}

function isSame(one: PixelSize, other: PixelSize): boolean {
  return one.width === other.width && one.height === other.height;
}

function isWithin(value: number, range: NumberRange): boolean {
  return value >= range.min && value <= range.max;
}
