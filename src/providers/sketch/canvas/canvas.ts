/** A picture in linear light, three numbers a pixel. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Float32Array;
}

export function createCanvas(width: number, height: number): Canvas {
  return { width, height, pixels: new Float32Array(width * height * 3) };
}

/** Spreads or shrinks a canvas smoothly to another size. Shrinking to less than half skips pixels. */
export function resample(from: Canvas, width: number, height: number): Canvas {
  const to = createCanvas(width, height);
  const offsets = new Int32Array(width);
  const shares = new Float32Array(width);
  for (let column = 0; column < width; column++) {
    const x = Math.max(0, Math.min(from.width - 1, ((column + 0.5) * from.width) / width - 0.5));
    offsets[column] = Math.min(from.width - 2, Math.floor(x));
    shares[column] = x - Math.min(from.width - 2, Math.floor(x));
  }
  for (let row = 0; row < height; row++) {
    const y = Math.max(0, Math.min(from.height - 1, ((row + 0.5) * from.height) / height - 0.5));
    const upper = Math.min(from.height - 2, Math.floor(y));
    resampleRow({ from, to, row, upper, down: y - upper, offsets, shares });
  }
  return to;
}

interface RowToSample {
  readonly from: Canvas;
  readonly to: Canvas;
  readonly row: number;
  readonly upper: number;
  readonly down: number;
  readonly offsets: Int32Array;
  readonly shares: Float32Array;
}

function resampleRow({ from: { width, pixels }, to, row, upper, down, offsets, shares }: RowToSample): void {
  const stride = width * 3;
  let target = row * to.width * 3;
  for (let column = 0; column < to.width; column++) {
    const source = upper * stride + (offsets[column] as number) * 3;
    const across = shares[column] as number;
    for (let channel = source; channel < source + 3; channel++) {
      const left = pixels[channel] as number;
      const lowerLeft = pixels[channel + stride] as number;
      const above = left + ((pixels[channel + 3] as number) - left) * across;
      const below = lowerLeft + ((pixels[channel + stride + 3] as number) - lowerLeft) * across;
      to.pixels[target++] = above + (below - above) * down;
    }
  }
}
