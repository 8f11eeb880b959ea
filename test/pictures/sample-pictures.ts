import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

export interface Colour {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly alpha?: number;
}

export const orange: Colour = { r: 230, g: 120, b: 30 };

export function plain(width: number, height: number, background: Colour = orange): Sharp {
  return sharp({ create: { width, height, channels: background.alpha === undefined ? 3 : 4, background } });
}

/** Noise hardly compresses, so that a cut anywhere takes rows away. */
export function noise(width: number, height: number): Sharp {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state >> 16;
  };
  return sharp(Uint8Array.from({ length: width * height * 3 }, next), { raw: { width, height, channels: 3 } });
}

/** A PNG that promises this size and has next to no data. */
export function emptyPng(width: number, height: number): Buffer {
  const size = Buffer.alloc(13);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  size.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, pngChunk('IHDR', size), pngChunk('IDAT', Buffer.alloc(9)), pngChunk('IEND')]);
}

/** A JPEG that promises this size and has the data of a small one. */
export async function swollenJpeg(width: number, height: number): Promise<Buffer> {
  const bytes = await plain(8, 8).jpeg().toBuffer();
  const frame = bytes.indexOf(Buffer.of(0xff, 0xc0));
  bytes.writeUInt16BE(height, frame + 5);
  bytes.writeUInt16BE(width, frame + 7);
  return bytes;
}

export function animatedPng(): Promise<Buffer> {
  return withPngChunk(plain(20, 20), pngChunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])));
}

/** The chunk right behind the header, where whatever concerns the colours belongs. */
export async function withPngChunk(picture: Sharp, chunk: Buffer): Promise<Buffer> {
  const bytes = await picture.png().toBuffer();
  const endOfHeader = 8 + 12 + 13;
  return Buffer.concat([bytes.subarray(0, endOfHeader), chunk, bytes.subarray(endOfHeader)]);
}

/** The same pixels, said to be in the colours of this profile. */
export function profiledPng(picture: Sharp, profile: Uint8Array): Promise<Buffer> {
  return withPngChunk(picture, pngChunk('iCCP', Buffer.concat([Buffer.from('profile\0\0'), deflateSync(profile)])));
}

export async function displayP3(): Promise<Buffer> {
  const { icc } = await sharp(await plain(8, 8).withIccProfile('p3').png().toBuffer()).metadata();
  if (icc === undefined) throw new Error('There is no profile.');
  return icc;
}

export function animatedWebp(): Promise<Buffer> {
  const raw = { width: 10, height: 20, channels: 3, pageHeight: 10 } as const;
  const frames = Uint8Array.from({ length: 600 }, (_, index) => (index < 300 ? 0 : 255));
  return sharp(frames, { raw }).webp({ loop: 0 }).toBuffer();
}

export function pngChunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
}
