import type { InputPlace } from '../domain/input-role.ts';
import type { Pieces } from '../pictures/pieces.ts';

/** Where a client says that an image is. */
export type ImageSource =
  | { readonly kind: 'stored'; readonly imageId: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'dataUrl'; readonly dataUrl: string }
  | { readonly kind: 'upload'; readonly upload: Upload };

/** A file that came with the request. */
export interface Upload {
  readonly sizeBytes: number;
  /** The same bytes at every call. */
  read(): Promise<Pieces>;
}

export interface RequestedInput extends InputPlace {
  readonly source: ImageSource;
}
