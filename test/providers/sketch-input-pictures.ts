import sharp from 'sharp';

const [width, height] = [96, 72];

/** A black square of half the height in the middle of white paper. */
export function blackSquare(paperWidth: number, paperHeight: number): Promise<Buffer> {
  const side = Math.round(paperHeight / 2);
  const square = { create: { width: side, height: side, channels: 3, background: '#000000' } } as const;
  return sharp({ create: { width: paperWidth, height: paperHeight, channels: 3, background: '#ffffff' } })
    .composite([{ input: square, gravity: 'centre' }])
    .png()
    .toBuffer();
}

/** As fine as they can be. */
export function stripes(paperWidth: number, paperHeight: number): Promise<Buffer> {
  const pixels = Buffer.from(
    Array.from({ length: paperWidth * paperHeight * 3 }, (_, index) => (Math.floor(index / 3) % 2) * 200),
  );
  return sharp(pixels, { raw: { width: paperWidth, height: paperHeight, channels: 3 } })
    .png()
    .toBuffer();
}

export function plain(background: string): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

/** How far apart two pictures are: 0 the same, 255 black and white. */
export async function difference(one: Buffer, other: Buffer): Promise<number> {
  const [first, second] = await Promise.all([readPixels(one), readPixels(other)]);
  return first.reduce((sum, value, index) => sum + Math.abs(value - (second[index] ?? 0)), 0) / first.length;
}

/** How well bright and dark go together in two pictures: 1 where they do, 0 where they have nothing to do with each other. */
export async function likeness(one: Buffer, other: Buffer): Promise<number> {
  const [first, second] = await Promise.all([readGreys(one), readGreys(other)]);
  const product = (left: readonly number[], right: readonly number[]) =>
    left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
  return product(first, second) / Math.sqrt(product(first, first) * product(second, second));
}

export async function meanColour(picture: Buffer) {
  const { channels } = await sharp(picture).stats();
  const [red = 0, green = 0, blue = 0] = channels.map(({ mean }) => mean);
  return { red, green, blue };
}

async function readPixels(picture: Buffer): Promise<readonly number[]> {
  const options = { fit: 'fill' } as const;
  return [...(await sharp(picture).resize(width, height, options).removeAlpha().raw().toBuffer())];
}

/** As far as they are off the mean. */
async function readGreys(picture: Buffer): Promise<readonly number[]> {
  const pixels = await readPixels(picture);
  const greys = Array.from({ length: width * height }, (_, index) =>
    pixels.slice(index * 3, index * 3 + 3).reduce((sum, value) => sum + value / 3, 0),
  );
  const mean = greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
  return greys.map((grey) => grey - mean);
}
