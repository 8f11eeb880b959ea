import type { ImageFormat } from './image-format.ts';

export const progressKinds = ['STEPS', 'PARTIAL_IMAGES', 'QUEUE', 'INDETERMINATE'] as const;
export type ProgressKind = (typeof progressKinds)[number];

/** Both ends included. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** What is applied when the request names none; null leaves it to the model. */
  readonly default: number | null;
}

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** A quality step of a model that is told an aspect ratio instead of pixels, for example `2K`. */
export interface Resolution {
  readonly name: string;
  /** About how many pixels a picture of it has. */
  readonly pixels: number;
}

/**
 * How a model is told the size. Sizes that it does not take exactly are moved to the nearest that it does.
 * - `free`: any width and height within the ranges, on a grid of `multipleOf` pixels and within the limits of area and shape.
 * - `listed`: one of these; the first is the default.
 * - `ratio`: one of these aspect ratios in one of these resolutions; the first of each is the default. The pixels are the
 *   model's own affair.
 */
export type SizeRule =
  | {
      readonly kind: 'free';
      readonly width: NumberRange & { readonly default: number };
      readonly height: NumberRange & { readonly default: number };
      readonly multipleOf: number;
      /** Pixels of the whole picture. */
      readonly area: { readonly min: number; readonly max: number } | null;
      /** The longer side to the shorter one, at most. */
      readonly maxRatio: number | null;
    }
  | { readonly kind: 'listed'; readonly sizes: readonly [PixelSize, ...PixelSize[]] }
  | {
      readonly kind: 'ratio';
      readonly aspectRatios: readonly [string, ...string[]];
      readonly resolutions: readonly [Resolution, ...Resolution[]];
    };

/** What a model accepts and what it tells on the way. A request is checked against it before anything is stored. */
export interface Capabilities {
  readonly progressKind: ProgressKind;
  readonly previews: boolean;
  readonly cancellable: boolean;
  /** Pictures in one generation, at most. */
  readonly maxCount: number;
  /** Pictures that one call makes, at most. More are made by several calls that run together. */
  readonly picturesPerCall: number;
  readonly negativePrompt: boolean;
  /** Seeds run from 0 to `max`; null where a model takes none. */
  readonly seed: { readonly max: number } | null;
  readonly size: SizeRule;
  readonly steps: NumberRange | null;
  readonly guidanceScale: NumberRange | null;
  /** How far a picture may leave its input image: 0 keeps it, 1 ignores it. */
  readonly strength: NumberRange | null;
  /** Null where a model has none: the style then becomes part of the wording. */
  readonly styles: readonly string[] | null;
  readonly styleIntensity: NumberRange | null;
  readonly qualities: readonly string[] | null;
  readonly backgrounds: readonly string[] | null;
  /** Of JPEG and WebP outputs, in percent. */
  readonly compression: NumberRange | null;
  /** The first is what the model gives by itself. */
  readonly outputFormats: readonly [ImageFormat, ...ImageFormat[]];
  readonly inputImages: { readonly min: number; readonly max: number };
  readonly mask: boolean;
}

export interface ImageModel {
  /** For example `openai/gpt-image-2`: what `GenerateImageInput.model` takes. Starts with the provider's name. */
  readonly slug: string;
  readonly name: string;
  readonly provider: string;
  /** What the vendor calls it. */
  readonly vendorModel: string;
  readonly capabilities: Capabilities;
  /** USD for one picture, as decimal text; null where nobody told. */
  readonly priceUsd: string | null;
  /** What its provider alone understands, from configuration: a dialect, a workflow template, prices of tokens. */
  readonly settings: Readonly<Record<string, unknown>>;
}
