import type { Conversion } from '../domain/conversion.ts';
import type { ImageFormat } from '../domain/image-format.ts';
import type { ImageModel } from '../domain/image-model.ts';
import type { WakeUps } from './wake-ups.ts';
import type { ProviderWebhook } from './webhook.ts';

/** One vendor or engine. Everything that is particular to it stays in its folder. */
export interface Provider {
  /** The first part of its models' slugs, for example `openai`. */
  readonly name: string;
  readonly models: readonly ImageModel[];
  /** Why it is off, in one sentence that says what to set; null when it is on. Nothing is ordered from one that is off. */
  readonly offReason: string | null;
  /**
   * True where making a call again costs nothing (an engine of our own), so that a call which was cut off is simply made
   * again. False for whoever bills by the picture.
   */
  readonly repeatable: boolean;
  /** How long one call may take before it is given up, waiting in the provider's queue included. */
  readonly timeoutMilliseconds: number;
  /**
   * Makes the pictures that are ordered, `picturesPerCall` of the model at most, and tells what happens as it happens. Each
   * ordered picture arrives as one `picture` event, in any order; a provider that made fewer ends early without an error.
   * Leaving the loop early or aborting `signal` stops the work where the provider can be told, and frees what it holds; an abort
   * with `LeaveRunning` stops it only where there is no `resume`. Throws `ProviderError`, and the signal's reason after an abort.
   *
   * After an abort it may still tell what had been made before, for half a minute at the most: pictures, and then it ends
   * without an error, since the work was done; or what the call cost, and then it throws the reason.
   */
  generate(order: PictureOrder): AsyncIterable<ProviderEvent>;
  /**
   * Follows a call that was made before, by another process perhaps, from the id of its `accepted` event, which it tells again.
   * Promises and throws what `generate` does; `OUTPUT_LOST` when the provider no longer knows the call. Missing where a provider
   * gives no id.
   */
  resume?(order: PictureOrder, providerRequestId: string): AsyncIterable<ProviderEvent>;
  /** Missing where the vendor sends no webhooks. */
  readonly webhook?: ProviderWebhook;
}

/** A request whose options were checked against the model's capabilities. What the model lacks is null. */
export interface PictureOrder {
  readonly model: ImageModel;
  readonly prompt: string;
  readonly negativePrompt: string | null;
  /** In pixels; null for a model that is told an aspect ratio. */
  readonly width: number | null;
  readonly height: number | null;
  /** The model's own where its sizes are ratios; otherwise what was asked for, if anything. */
  readonly aspectRatio: string | null;
  /** The name of one of the model's resolutions; null where it has none. */
  readonly resolution: string | null;
  readonly steps: number | null;
  readonly guidanceScale: number | null;
  /** Null also where there is no input image. */
  readonly strength: number | null;
  readonly style: string | null;
  readonly styleIntensity: number | null;
  readonly quality: string | null;
  readonly background: string | null;
  /** In percent. */
  readonly compression: number | null;
  readonly outputFormat: ImageFormat;
  /** The references, in their order: as many as the model takes at most. */
  readonly inputs: readonly InputPicture[];
  /** Opaque where the picture stays, transparent where it may change. As large as the first input. */
  readonly mask: InputPicture | null;
  readonly pictures: readonly OrderedPicture[];
  /** How long this call may take at the most, waiting in the provider's queue included. Never more than the provider's own limit. */
  readonly timeoutMilliseconds: number;
  /** Where a vendor with webhooks is to say that the call has ended; null where it need not. `resume` passes over it. */
  readonly webhookUrl: string | null;
  /** Makes a provider with webhooks look sooner how a call stands; null where nothing does. */
  readonly wakeUps: WakeUps | null;
  readonly shrinkFrame: ShrinkFrame;
  readonly signal: AbortSignal;
}

/**
 * Makes a preview of a frame that a vendor sends, outside of this process. Undefined where it cannot be had: a frame is no
 * reason to fail.
 */
export type ShrinkFrame = (bytes: Uint8Array) => Promise<Omit<PreviewReport, 'type'> | undefined>;

/** Upright, without metadata. */
export interface InputPicture {
  /** `image/png`, `image/jpeg` or `image/webp`. */
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  /** Reads the bytes anew at every call: who needs them twice asks twice, and nobody holds them longer than they need. */
  read(signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** Reads it as something else. It is decoded outside of this process, which providers never do themselves. */
  convert(conversion: Conversion, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

export interface OrderedPicture {
  /** Its place among the pictures of the generation, from 0. */
  readonly position: number;
  readonly seed: number | null;
}

export type ProviderEvent =
  | AcceptedReport
  | ProgressReport
  | PreviewReport
  | PictureReport
  | TextReport
  | AccountReport;

/** The provider works on its own from here on: the call holds no worker's slot until its next picture. */
export interface AcceptedReport {
  readonly type: 'accepted';
  readonly providerRequestId: string;
}

export interface ProgressReport {
  readonly type: 'progress';
  /** 0 to 1 over all pictures of this order, never less than before; null where the provider does not tell. */
  readonly fraction: number | null;
  /** Steps done, of `totalSteps`, over all pictures of this order. */
  readonly step: number | null;
  readonly totalSteps: number | null;
}

/** A look at an unfinished picture: at most 512 px on its longer side and 64 KB. */
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
  /** The seed that was used, where the provider tells; otherwise the ordered one. */
  readonly seed: number | null;
  /** The wording that the provider says it used for this picture. */
  readonly revisedPrompt?: string;
}

/** What the model said beside its pictures. */
export interface TextReport {
  readonly type: 'text';
  readonly text: string;
}

/** What the provider tells of the call as a whole. May come several times: a later value wins. */
export interface AccountReport {
  readonly type: 'account';
  /** USD as decimal text. Without one, the model's price times the pictures is taken. */
  readonly costUsd?: string;
  /** How long the call waited in the provider's queue. */
  readonly delayMilliseconds?: number;
  /** How long the provider worked on it. */
  readonly executionMilliseconds?: number;
}
