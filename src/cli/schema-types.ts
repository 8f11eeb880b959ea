/** What the documents of this folder send and select. */

export type ImageFormat = 'PNG' | 'WEBP' | 'JPEG';

export interface GenerateImageInput {
  readonly prompt: string;
  readonly negativePrompt?: string;
  readonly model?: string;
  readonly size?: { readonly aspectRatio: string } | { readonly pixels: PixelSize };
  readonly steps?: number;
  readonly guidanceScale?: number;
  readonly seed?: string;
  readonly strength?: number;
  readonly enhancePrompt?: boolean;
  readonly inputImages?: readonly ImageSource[];
  readonly mask?: ImageSource;
  readonly count?: number;
  readonly style?: string;
  readonly outputFormat?: ImageFormat;
}

/** Null stands for a file that is sent along. */
export type ImageSource = { readonly url: string } | { readonly file: null };

interface PixelSize {
  readonly width: number;
  readonly height: number;
}

export interface Generation {
  readonly id: string;
  /** `QUEUED`, `RUNNING`, `CANCELLING`, `SUCCEEDED`, `FAILED` or `CANCELLED`. */
  readonly status: string;
  readonly modelSlug: string;
  readonly options: { readonly seed: string | null };
  readonly warnings: readonly OptionWarning[];
  readonly failure: GenerationFailure | null;
  readonly images: readonly Image[];
}

export interface OptionWarning {
  /** A field of `GenerateImageInput`. */
  readonly option: string;
  readonly message: string;
}

export interface GenerationFailure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export interface Image {
  readonly width: number;
  readonly height: number;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly seed: string | null;
  readonly permalink: string;
  readonly link: { readonly href: string };
}

export interface Progress {
  readonly sequence: number;
  readonly status: string;
  readonly stage: string | null;
  readonly fraction: number | null;
  readonly step: number | null;
  readonly totalSteps: number | null;
  readonly queuePosition: number | null;
  readonly imagesStored: number;
}

/** Of the union `GenerateImageResult`, as it is selected. */
export interface GenerateImageResult {
  readonly __typename: string;
  readonly generation?: { readonly id: string };
  readonly message?: string;
  /** Of an input image. */
  readonly path?: readonly string[];
  readonly issues?: readonly { readonly path: readonly string[]; readonly message: string }[];
  readonly available?: readonly { readonly slug: string }[];
}
