import type { ImageFormat } from '../domain/image-format.ts';
import type { ImageModel } from '../domain/image-model.ts';

/** One vendor or engine. Everything that is particular to it stays in its folder. */
export interface Provider {
  /** The first part of its models' slugs, for example `openai`. */
  readonly name: string;
  readonly models: readonly ImageModel[];
  /**
   * True where making a call again costs nothing (an engine in our own process), so that a call which was cut off
   * is simply made again. False for whoever bills by the picture.
   */
  readonly repeatable: boolean;
  /**
   * Makes the pictures that are ordered and tells what happens as it happens. Each ordered picture arrives as one
   * `picture` event, in any order. Leaving the loop early or aborting `signal` stops the work and frees what it holds.
   * Throws `ProviderError`, and the signal's reason after an abort.
   */
  generate(order: PictureOrder): AsyncIterable<ProviderEvent>;
}

/** A request whose options were checked against the model's capabilities. */
export interface PictureOrder {
  readonly model: ImageModel;
  readonly prompt: string;
  readonly negativePrompt: string | null;
  readonly width: number;
  readonly height: number;
  readonly steps: number | null;
  readonly style: string | null;
  readonly outputFormat: ImageFormat;
  readonly pictures: readonly OrderedPicture[];
  readonly signal: AbortSignal;
}

export interface OrderedPicture {
  /** Its place among the pictures of the generation, from 0. */
  readonly position: number;
  readonly seed: number | null;
}

export type ProviderEvent =
  | { readonly type: 'accepted'; readonly providerRequestId: string }
  | ProgressReport
  | PreviewReport
  | PictureReport;

export interface ProgressReport {
  readonly type: 'progress';
  /** 0 to 1 over all ordered pictures; null where the provider does not tell. */
  readonly fraction: number | null;
  /** Steps done, of `totalSteps`, over all ordered pictures. */
  readonly step: number | null;
  readonly totalSteps: number | null;
}

/** A look at an unfinished picture: at most 512 px on its longer side. */
export interface PreviewReport {
  readonly type: 'preview';
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
}

export interface PictureReport {
  readonly type: 'picture';
  readonly position: number;
  /** An encoded picture (PNG, WebP or JPEG), stored byte for byte. */
  readonly bytes: Uint8Array;
  /** The seed that was used, where the provider tells. */
  readonly seed: number | null;
}
