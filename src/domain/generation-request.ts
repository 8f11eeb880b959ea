import type { ImageFormat } from './image-format.ts';
import type { Capabilities, PixelSize } from './image-model.ts';
import type { AppliedSize, RequestedSize } from './image-size.ts';

/** What a client asks for, as it was given. Stored as JSON in the generation's row; its input images have rows of their own. */
export interface GenerationRequest {
  readonly prompt: string;
  readonly negativePrompt: string | null;
  /** A slug; null for the configured default model. */
  readonly model: string | null;
  /** Slugs, tried in order when the model cannot be used. */
  readonly fallbackModels: readonly string[];
  readonly enhancePrompt: boolean;
  readonly count: number;
  readonly size: RequestedSize | null;
  readonly steps: number | null;
  readonly guidanceScale: number | null;
  readonly seed: string | null;
  readonly strength: number | null;
  readonly style: string | null;
  readonly styleIntensity: number | null;
  readonly quality: string | null;
  readonly background: string | null;
  readonly compression: number | null;
  readonly outputFormat: ImageFormat | null;
  /** From the acceptance on; null for no deadline. */
  readonly deadlineSeconds: number | null;
}

/** The input images of a request, as far as a model's capabilities are concerned. */
export interface RequestedInputs {
  /** How many references. */
  readonly images: number;
  readonly mask: boolean;
  /** Of the first one; null where there is none, or it is not fetched yet. */
  readonly size: PixelSize | null;
}

/** What is applied; null where the model has no such option. Stored as JSON in the generation's row. */
export interface GenerationOptions extends AppliedSize {
  readonly count: number;
  readonly steps: number | null;
  readonly guidanceScale: number | null;
  /** Of picture 0; picture n uses seed + n. */
  readonly seed: number | null;
  readonly strength: number | null;
  readonly style: string | null;
  readonly styleIntensity: number | null;
  readonly quality: string | null;
  readonly background: string | null;
  readonly compression: number | null;
  readonly outputFormat: ImageFormat;
}

export interface OptionWarning {
  readonly option: string;
  readonly message: string;
}

export interface AppliedRequest {
  readonly options: GenerationOptions;
  readonly warnings: readonly OptionWarning[];
  /** The prompt as the model is to be told it: with the style in words, where the model has no such option. */
  readonly wording: string;
}

/** The seed of one picture. Seeds count on from the last one to 0. */
export function seedOfPicture(seed: number | null, position: number, capabilities: Capabilities): number | null {
  if (seed === null || capabilities.seed === null) return null;
  return (seed + position) % (capabilities.seed.max + 1);
}
