import { crc32 } from 'node:zlib';
import sharp, { type Create } from 'sharp';

export interface PictureRecipe {
  readonly width: number;
  readonly height: number;
  /** How strong the noise is, which decides how many bytes the picture has. */
  readonly sigma: number;
}

const corners = [230, 120, 60, 40, 90, 160, 200, 210, 220, 20, 30, 40];

/** A PNG that weighs as much as a photograph: a gradient in noise. */
export async function makePicture({ width, height, sigma }: PictureRecipe): Promise<Buffer> {
  const gradient = await sharp(Buffer.from(corners), { raw: { width: 2, height: 2, channels: 3 } })
    .resize(width, height, { fit: 'fill' })
    .raw()
    .toBuffer();
  const noise: Create = {
    width,
    height,
    channels: 3,
    background: '#808080',
    noise: { type: 'gaussian', mean: 128, sigma },
  };
  return sharp({ create: noise })
    .composite([{ input: gradient, raw: { width, height, channels: 3 }, blend: 'soft-light' }])
    .png()
    .toBuffer();
}

/** The signature and the header, after which comments may stand. */
const headBytes = 33;

/** The same picture in other bytes. */
export function withComment(png: Buffer, comment: string): Buffer<ArrayBuffer> {
  const content = Buffer.from(`tEXtComment\0${comment}`, 'latin1');
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.byteLength - 4);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([png.subarray(0, headBytes), length, content, checksum, png.subarray(headBytes)]);
}
