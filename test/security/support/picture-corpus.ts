import { deflateSync } from 'node:zlib';
import type { Sharp } from 'sharp';
import {
  animatedPng,
  animatedWebp,
  emptyPng,
  noise,
  plain,
  pngChunk,
  swollenJpeg,
  withPngChunk,
} from '../../pictures/sample-pictures.ts';

export type HostilePicture = readonly [name: string, make: () => Uint8Array | Promise<Uint8Array>];

const text = (words: string) => () => Buffer.from(words, 'latin1');
const svg = (inside: string, before = '') => text(`${before}<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`);
const laughs = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha">${Array.from(
  { length: 9 },
  (_, index) => `<!ENTITY ${String.fromCharCode(98 + index)} "${`&${String.fromCharCode(97 + index)};`.repeat(10)}">`,
).join('')}]>`;
const entity = '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>';

/** Not one of the three formats, whatever they are called. */
export const noPictures: readonly HostilePicture[] = [
  ['0 bytes', text('')],
  ['animated GIF', () => plain(20, 20).gif().toBuffer()],
  ['SVG that links to metadata', svg('<image href="http://169.254.169.254/latest/meta-data/"/>')],
  ['SVG with an external entity', svg('<text>&x;</text>', entity)],
  ['SVG with a script', svg('<script>alert(1)</script>')],
  ['SVG of a billion laughs', svg('<text>&j;</text>', laughs)],
  ['packed SVG', () => Buffer.concat([Buffer.from('\x1f\x8b\x08', 'latin1'), Buffer.alloc(100)])],
  ['PDF', text('%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj')],
  ['PostScript', text('%!PS-Adobe-3.0\n(%pipe%id) (w) file')],
  ['EPS', text('%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file')],
  ['MVG', text('push graphic-context\nviewbox 0 0 9 9\nfill \'url(https://127.0.0.1/x"|id")\'\npop graphic-context')],
  ['MSL', text('<?xml version="1.0"?><image><read filename="/etc/passwd"/><write filename="/tmp/x"/></image>')],
  ['GIF and JAR in one', text('GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff;PK\x03\x04META-INF/MANIFEST.MF')],
  ['HTML in front of a PNG', async () => Buffer.concat([text('<html>')(), await plain(9, 9).png().toBuffer()])],
  ['JavaScript that begins like a GIF', text('GIF89a/*\0\0*/=1;alert(1)')],
  ['HEIC', text('\0\0\0\x18ftypheic\0\0\0\0mif1heic')],
  ['AVIF', () => plain(20, 20).avif().toBuffer()],
  ['JPEG XL', text('\xff\x0a\xfa\x7f\0\0')],
  ['JPEG XL in a box', text('\0\0\0\x0cJXL \r\n\x87\n')],
  ['JPEG 2000', text('\0\0\0\x0cjP  \r\n\x87\n')],
  ['TIFF', () => plain(20, 20).tiff().toBuffer()],
  ['BMP', text('BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0')],
  ['ICO', text('\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0')],
  ['PSD', text('8BPS\0\x01\0\0\0\0\0\0\0\x03')],
  ['libvips own format', text('\x08\xf2\xa6\xb6\0\0\0\x40')],
  ['OpenEXR', text('\x76\x2f\x31\x01\x02\0\0\0')],
  ['raw numbers', text('P6 30000 30000 255\n')],
  ['WAVE', text('RIFF\x10\0\0\0WAVEfmt ')],
  ['ZIP', text('PK\x03\x04')],
  ['program', text('\x7fELF\x02\x01\x01')],
];

export const tooLarge: readonly HostilePicture[] = [
  ['a flat PNG of 30000 x 30000', () => flatPng(30_000)],
  ['a PNG that says 30000 x 30000', () => emptyPng(30_000, 30_000)],
  ['a JPEG that says 30000 x 30000', () => swollenJpeg(30_000, 30_000)],
  ['one row more than 40 megapixels', () => emptyPng(8000, 5001)],
];

export const manyFrames: readonly HostilePicture[] = [
  ['APNG', () => animatedPng()],
  ['animated WebP', () => animatedWebp()],
  [
    'APNG of 10,000 frames',
    () => withPngChunk(plain(20, 20), pngChunk('acTL', Buffer.from([0, 0, 0x27, 0x10, 0, 0, 0, 0]))),
  ],
];

export const damaged: readonly HostilePicture[] = [
  ['a PNG of the largest size that can be said', () => emptyPng(0x7fff_ffff, 1)],
  ['a JPEG that says 65535 x 65535', () => swollenJpeg(65_535, 65_535)],
  ['a lossless WebP that says 16384 x 16384', () => swollenWebp()],
  ['a PNG of 6000 x 6000 with nine bytes of data', () => emptyPng(6000, 6000)],
  ['a PNG without size', () => emptyPng(0, 0)],
  ['half a JPEG', async () => half(await noise(300, 200).jpeg().toBuffer())],
  ['half a progressive JPEG', async () => half(await noise(300, 200).jpeg({ progressive: true }).toBuffer())],
  ['half a PNG', async () => half(await noise(300, 200).png().toBuffer())],
  ['half a WebP', async () => half(await noise(300, 200).webp().toBuffer())],
  ['the first bytes of a JPEG', text('\xff\xd8\xff\xe0\0\x10JFIF\0')],
  ['the first bytes of a PNG', text('\x89PNG\r\n\x1a\n')],
  ['the first bytes of a WebP', text('RIFF\xff\xff\xff\xffWEBPVP8 ')],
  ['a JPEG of a thousand scans', () => scanBomb(1_000)],
  ['a PNG with a wrong checksum', async () => flip(await noise(100, 100).png().toBuffer(), 'IDAT', 1_000)],
  ['a PNG whose data are cut off, and closed with an end mark', () => emptyPng(100, 100)],
];

const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2);

function flip(bytes: Buffer, after: string, offset: number): Buffer {
  const at = bytes.indexOf(after) + offset;
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
  return bytes;
}

/** In one bit a pixel, every row of it: 110 KB. */
function flatPng(side: number): Buffer {
  const size = Buffer.alloc(13);
  size.writeUInt32BE(side, 0);
  size.writeUInt32BE(side, 4);
  size.set([1, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(side * (side / 8 + 1)), { level: 1 });
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, pngChunk('IHDR', size), pngChunk('IDAT', rows), pngChunk('IEND')]);
}

async function swollenWebp(): Promise<Buffer> {
  const bytes = await plain(8, 8).webp({ lossless: true }).toBuffer();
  // Two times 14 bits, both less one, behind the mark of the format.
  bytes.writeUInt32LE(0x0fff_ffff, bytes.indexOf('VP8L') + 9);
  return bytes;
}

/** Its last scan again and again: each makes a decoder go through the whole picture. */
async function scanBomb(scans: number): Promise<Buffer> {
  const bytes = await noise(256, 256).jpeg({ progressive: true }).toBuffer();
  const last = bytes.lastIndexOf(Buffer.of(0xff, 0xda));
  const scan = bytes.subarray(last, -2);
  return Buffer.concat([bytes.subarray(0, -2), ...Array.from({ length: scans }, () => scan), bytes.subarray(-2)]);
}

export interface Carrier {
  readonly name: string;
  /** What must be gone. */
  readonly secret: string;
  readonly make: () => Promise<Uint8Array>;
}

const secret = 'SECRET-OF-THE-CAMERA';
const exif = { IFD0: { Copyright: secret, Make: secret }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' } };
const behind = async (picture: Promise<Buffer>, tail: string) =>
  Buffer.concat([await picture, Buffer.from(tail, 'latin1')]);
const jpegComment = (words: string) =>
  Buffer.concat([Buffer.of(0xff, 0xfe, (words.length + 2) >> 8, (words.length + 2) & 255), Buffer.from(words)]);
const withComments = async (picture: Sharp, comments: readonly Buffer[]) => {
  const bytes = await picture.jpeg().toBuffer();
  return Buffer.concat([bytes.subarray(0, 2), ...comments, bytes.subarray(2)]);
};

/** Pictures that are fine, and carry what is not. */
export const carriers: readonly Carrier[] = [
  { name: 'EXIF with a place, JPEG', secret, make: () => noise(41, 40).withExif(exif).jpeg().toBuffer() },
  { name: 'EXIF with a place, PNG', secret, make: () => noise(42, 40).withExif(exif).png().toBuffer() },
  { name: 'EXIF with a place, WebP', secret, make: () => noise(43, 40).withExif(exif).webp().toBuffer() },
  {
    name: 'XMP with an external entity',
    secret: 'ENTITY',
    make: () =>
      noise(44, 40)
        .withXmp(
          '<!DOCTYPE x [<!ENTITY y SYSTEM "http://169.254.169.254/">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&y;</x:xmpmeta>',
        )
        .jpeg()
        .toBuffer(),
  },
  {
    name: 'a ZIP behind a PNG',
    secret: 'PK\x03\x04',
    make: () => behind(noise(45, 40).png().toBuffer(), 'PK\x03\x04'),
  },
  {
    name: 'a JAR behind a JPEG',
    secret: 'META-INF',
    make: () => behind(noise(46, 40).jpeg().toBuffer(), 'PK\x03\x04META-INF'),
  },
  {
    name: 'HTML behind a WebP',
    secret: '<script>',
    make: () => behind(noise(47, 40).webp().toBuffer(), '<script>alert(1)</script>'),
  },
  {
    name: 'PHP in a text of a PNG',
    secret: '<?php',
    make: () => withPngChunk(noise(48, 40), pngChunk('tEXt', Buffer.from('Comment\0<?php system($_GET[0]); ?>'))),
  },
  {
    name: 'JavaScript in a comment of a JPEG',
    secret: 'alert(1)',
    make: () => withComments(noise(49, 40), [jpegComment('*/=1;alert(1)/*')]),
  },
  {
    name: '100 comments of 60 KB',
    secret,
    make: () =>
      withComments(
        noise(50, 40),
        Array.from({ length: 100 }, () => jpegComment(secret.repeat(3_000))),
      ),
  },
  {
    name: 'a chunk that nobody knows',
    secret,
    make: () => withPngChunk(noise(51, 40), pngChunk('seCr', Buffer.from(secret))),
  },
  {
    name: '10,000 chunks that nobody knows',
    secret: 'seCr',
    make: () => withPngChunk(noise(52, 40), Buffer.concat(Array.from({ length: 10_000 }, () => pngChunk('seCr')))),
  },
  {
    name: 'a text that unpacks to 200 MB',
    secret: 'zTXt',
    make: () =>
      withPngChunk(
        noise(53, 40),
        pngChunk(
          'zTXt',
          Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(Buffer.alloc(200_000_000), { level: 1 })]),
        ),
      ),
  },
  {
    name: 'a profile that unpacks to 200 MB',
    secret: 'iCCP',
    make: () =>
      withPngChunk(
        noise(54, 40),
        pngChunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), deflateSync(Buffer.alloc(200_000_000), { level: 1 })])),
      ),
  },
];
