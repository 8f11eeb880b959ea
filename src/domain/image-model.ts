import type { ImageFormat } from './image-format.ts';

export const progressKinds = ['STEPS', 'PARTIAL_IMAGES', 'QUEUE', 'INDETERMINATE'] as const;
export type ProgressKind = (typeof progressKinds)[number];

/** Both ends included. */
export interface IntRange {
  readonly min: number;
  readonly max: number;
  /** What is applied when the request names none. */
  readonly default: number;
}

/** What a model accepts and what it tells on the way. A request is checked against it before anything is stored. */
export interface Capabilities {
  readonly progressKind: ProgressKind;
  readonly previews: boolean;
  readonly cancellable: boolean;
  /** Pictures in one generation, at most. */
  readonly maxCount: number;
  readonly negativePrompt: boolean;
  /** Seeds run from 0 to `max`; null where a model takes none. */
  readonly seed: { readonly max: number } | null;
  /** In pixels. An aspect ratio becomes the size with about the area of the two defaults. */
  readonly width: IntRange;
  readonly height: IntRange;
  /** The ratios a model is limited to, for example `16:9`; null where any within the size ranges works. */
  readonly aspectRatios: readonly string[] | null;
  readonly steps: IntRange | null;
  readonly styles: readonly string[] | null;
  /** The first is what the model gives by itself. */
  readonly outputFormats: readonly [ImageFormat, ...ImageFormat[]];
}

export interface ImageModel {
  /** For example `openai/gpt-image-2`: what `GenerateImageInput.model` takes. Starts with the provider's name. */
  readonly slug: string;
  readonly name: string;
  readonly provider: string;
  readonly capabilities: Capabilities;
  /** USD for one picture, as decimal text; null where nobody told. */
  readonly priceUsd: string | null;
}
