export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** The edges of the picture in scene units. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** More ground than this would be empty: nothing in it is nearer to the viewer. */
const deepestGround = 0.62;

/** `horizon` is its share of the height, from the top. */
export function createFrame({ width, height }: PictureSize, horizon: number): Frame {
  // A tall picture shows more sky rather than a single slope.
  const unit = Math.min(height, width * 1.5);
  const bottom = Math.min(deepestGround, (height * (1 - horizon)) / unit);
  return { left: -width / 2 / unit, right: width / 2 / unit, top: bottom - height / unit, bottom };
}
