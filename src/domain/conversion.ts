/** What a picture is to become for somebody who does not take it as it is. */
export type Conversion = SmallerPicture | WhiteMask | CoveringPixels;

/** The same picture in this format, in sRGB. What is transparent stays so. */
export interface SmallerPicture {
  readonly to: 'png' | 'webp';
  /** In pixels. Smaller pictures stay as they are; undefined for any size. */
  readonly longerSide?: number | undefined;
}

/** A PNG of one channel: white where the picture is transparent, black where it is opaque. */
export interface WhiteMask {
  readonly to: 'white-mask';
  readonly longerSide?: number | undefined;
}

/** Rows of red, green and blue in sRGB, cut and scaled to cover this size. What is transparent is white. */
export interface CoveringPixels {
  readonly to: 'pixels';
  readonly width: number;
  readonly height: number;
}
