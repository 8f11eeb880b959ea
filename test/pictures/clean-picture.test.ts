import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { cleanPicture } from '../../src/pictures/clean-picture.ts';
import { UnusablePictureError } from '../../src/pictures/unusable-picture-error.ts';
import { isLosslessWebp } from '../../src/pictures/webp-chunks.ts';
import { animatedPng, displayP3, emptyPng, noise, orange, plain, profiledPng } from './sample-pictures.ts';

const formats = ['png', 'jpeg', 'webp'] as const;

async function pixelsOf(bytes: Uint8Array) {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { data, ...info };
}

/** The largest difference between two pictures of the same size, in one channel of one pixel. */
async function differenceOf(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [before, after] = [await pixelsOf(one), await pixelsOf(other)];
  expect([after.width, after.height, after.channels]).toEqual([before.width, before.height, before.channels]);
  return before.data.reduce((most, value, index) => Math.max(most, Math.abs(value - (after.data[index] ?? 0))), 0);
}

describe('the format stays', () => {
  test.for(formats)('of a %s', async (format) => {
    const bytes = await plain(60, 40).toFormat(format).toBuffer();
    expect(await sharp(await cleanPicture(bytes)).metadata()).toMatchObject({ format, width: 60, height: 40 });
  });

  test('and so do the pixels of a PNG', async () => {
    const bytes = await noise(300, 200).png().toBuffer();
    expect(await differenceOf(bytes, await cleanPicture(bytes))).toBe(0);
  });

  test.for([
    ['JPEG', () => plain(300, 200).jpeg()],
    ['WebP', () => plain(300, 200).webp()],
    ['lossless WebP', () => plain(300, 200).webp({ lossless: true })],
  ] as const)('and nearly those of a %s', async ([, make]) => {
    const bytes = await make().toBuffer();
    expect(await differenceOf(bytes, await cleanPicture(bytes))).toBeLessThanOrEqual(3);
  });

  test('a lossless WebP stays lossless where that does not take too long, and a lossy one lossy', async () => {
    const small = await noise(200, 200).webp({ lossless: true }).toBuffer();
    const large = await plain(2048, 2049).webp({ lossless: true }).toBuffer();
    const lossy = await noise(200, 200).webp().toBuffer();
    expect([small, large, lossy].map(isLosslessWebp)).toEqual([true, true, false]);
    const cleaned = await Promise.all([small, large, lossy].map(cleanPicture));
    expect(cleaned.map(isLosslessWebp)).toEqual([true, false, false]);
  });

  test('a WebP with a profile in front of its data is known all the same', async () => {
    const profiled = plain(64, 64).withIccProfile('p3');
    expect(isLosslessWebp(await profiled.clone().webp({ lossless: true }).toBuffer())).toBe(true);
    expect(isLosslessWebp(await profiled.clone().webp().toBuffer())).toBe(false);
    expect(isLosslessWebp(Buffer.from('RIFF\x04\0\0\0WEBP'))).toBe(false);
  });

  test.for(['png', 'webp'] as const)('transparency stays, of a %s', async (format) => {
    const bytes = await plain(64, 64, { ...orange, alpha: 0.5 })
      .toFormat(format)
      .toBuffer();
    const { data, channels } = await pixelsOf(await cleanPicture(bytes));
    expect(channels).toBe(4);
    expect(data[3]).toBe(128);
  });
});

describe('nothing but the picture and its plain profile stays', () => {
  const exif = { IFD0: { Copyright: 'somebody' }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } };

  test.for(formats)('of a %s with EXIF, XMP and a profile', async (format) => {
    const bytes = await plain(64, 64)
      .withIccProfile('p3')
      .withExif(exif)
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><secret/></x:xmpmeta>')
      .toFormat(format)
      .toBuffer();
    const before = await sharp(bytes).metadata();
    expect([before.exif, before.icc, before.xmp].every((part) => part !== undefined)).toBe(true);
    const { exif: ownExif, icc, xmp, iptc, comments } = await sharp(await cleanPicture(bytes)).metadata();
    expect({ ownExif, xmp, iptc, comments }).toEqual({});
    expect(icc).toEqual(before.icc);
  });

  test.for(formats)('of a %s with something behind it', async (format) => {
    const picture = await plain(64, 64).toFormat(format).toBuffer();
    const cleaned = await cleanPicture(Buffer.concat([picture, Buffer.from('PK\x03\x04<script>alert(1)</script>')]));
    expect(cleaned.includes('<script>')).toBe(false);
    expect(cleaned.includes('PK\x03\x04')).toBe(false);
  });
});

describe('what is stored is upright and in 8 bits of sRGB, where no profile says otherwise', () => {
  test.for([1, 2, 3, 4, 5, 6, 7, 8])('a JPEG of orientation %i', async (orientation) => {
    const top = await plain(60, 20, { r: 20, g: 40, b: 200 }).png().toBuffer();
    const upright = plain(60, 40).composite([{ input: top, gravity: 'north' }]);
    // As a camera stores it: the pixels turned the other way round.
    const stored = await sharp(await upright.png().toBuffer())
      .jpeg({ chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation })
      .toBuffer();
    const shown = await sharp(stored).autoOrient().png().toBuffer();
    const cleaned = await cleanPicture(stored);
    expect((await sharp(cleaned).metadata()).orientation).toBeUndefined();
    expect(await differenceOf(shown, cleaned)).toBeLessThanOrEqual(12);
  });

  test.for([
    ['16 bits', () => plain(64, 64).toColourspace('rgb16').png()],
    ['a palette', () => plain(64, 64).png({ palette: true })],
    ['interlacing', () => plain(64, 64).png({ progressive: true })],
    ['grey tones', () => plain(64, 64).toColourspace('b-w').png()],
    ['CMYK', () => plain(64, 64).toColourspace('cmyk').jpeg()],
  ] as const)('a picture with %s', async ([, make]) => {
    const bytes = await make().toBuffer();
    const shown = await sharp(bytes).toColourspace('srgb').png().toBuffer();
    const cleaned = await cleanPicture(bytes);
    const { space, depth, isProgressive, icc } = await sharp(cleaned).metadata();
    expect({ space, depth, isProgressive, icc }).toEqual({ space: 'srgb', depth: 'uchar', isProgressive: false });
    expect(await differenceOf(shown, cleaned)).toBeLessThanOrEqual(4);
  });
});

describe('a colour profile', () => {
  /** The purest green of Display P3, which sRGB cannot say. */
  const green = { r: 0, g: 255, b: 0 };
  const inP3 = async (format: (typeof formats)[number]) => {
    const png = await profiledPng(plain(64, 64, green), await displayP3());
    return sharp(png).keepIccProfile().toFormat(format).toBuffer();
  };

  test.for(formats)('that is plain stays with a %s, and its colours stay what they are', async (format) => {
    const wide = await inP3(format);
    const cleaned = await cleanPicture(wide);
    expect((await sharp(cleaned).metadata()).icc).toEqual(await displayP3());
    const stored = await sharp(cleaned).keepIccProfile().raw().toBuffer();
    expect(Math.abs((stored[0] ?? 0) - 0) + Math.abs((stored[1] ?? 0) - 255)).toBeLessThanOrEqual(6);
    expect(await differenceOf(wide, cleaned)).toBeLessThanOrEqual(6);
  });

  test.for<readonly [string, (profile: Buffer) => Buffer]>([
    ['too large', (profile) => withLength(Buffer.concat([profile, Buffer.alloc(10_000_000)]))],
    ['cut off', (profile) => profile.subarray(0, 300)],
    ['of nothing', (profile) => Buffer.alloc(profile.length)],
    ['that says whose screen it was', (profile) => replaceText(profile, 'cprt', 'mmod')],
    ['of a printer', (profile) => replaceText(profile, 'mntr', 'prtr')],
    ['whose parts lie outside of it', (profile) => withNumber(profile, 136, 0xffff_fff0)],
    ['with a million parts', (profile) => withNumber(profile, 128, 1_000_000)],
  ])('%s does not stay', async ([, change]) => {
    const cleaned = await cleanPicture(await profiledPng(plain(64, 64, green), change(await displayP3())));
    expect(await sharp(cleaned).metadata()).toMatchObject({ width: 64, space: 'srgb' });
    expect((await sharp(cleaned).metadata()).icc).toBeUndefined();
  });

  const withNumber = (profile: Buffer, offset: number, value: number) => {
    const changed = Buffer.from(profile);
    changed.writeUInt32BE(value, offset);
    return changed;
  };
  const withLength = (profile: Buffer) => withNumber(profile, 0, profile.length);
  const replaceText = (profile: Buffer, before: string, after: string) =>
    Buffer.from(profile.toString('latin1').replace(before, after), 'latin1');
});

test.for<readonly [string, () => Promise<Uint8Array>, string]>([
  ['HTML', async () => Buffer.from('<!doctype html>'), 'The bytes are no PNG, WebP or JPEG picture.'],
  ['30000 x 30000 pixels', async () => emptyPng(30_000, 30_000), 'The picture has more than 40 megapixels.'],
  ['many frames', animatedPng, 'The picture has more than one frame.'],
  [
    'half a JPEG',
    async () => (await noise(300, 200).jpeg().toBuffer()).subarray(0, 9_000),
    'The picture is damaged or incomplete.',
  ],
  ['a PNG that promises more than it has', async () => emptyPng(8000, 5000), 'The picture is damaged or incomplete.'],
])('%s is refused', async ([, make, message]) => {
  const refusal: unknown = await cleanPicture(await make()).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(UnusablePictureError);
  expect(refusal).toMatchObject({ message });
});
