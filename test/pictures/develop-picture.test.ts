import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA, thumbHashToRGBA } from 'thumbhash';
import { describe, expect, test } from 'vitest';
import { type DevelopedPicture, developPicture } from '../../src/pictures/develop-picture.ts';
import { noise, orange, plain } from './sample-pictures.ts';

const formats = ['png', 'jpeg', 'webp'] as const;

async function sizes(picture: DevelopedPicture) {
  const entries = picture.variants.map(async ({ variant, bytes }) => {
    const { format, width, height } = await sharp(bytes).metadata();
    return [variant, `${format} ${width}x${height}`] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function thumbnailPixel(picture: DevelopedPicture): Promise<readonly number[]> {
  const thumbnail = picture.variants.find(({ variant }) => variant === 'THUMBNAIL');
  if (thumbnail === undefined) throw new Error('There is no thumbnail.');
  return [...(await sharp(thumbnail.bytes).raw().toBuffer()).subarray(0, 4)];
}

function averageColour(picture: DevelopedPicture) {
  const { r, g, b, a } = thumbHashToAverageRGBA(Buffer.from(picture.thumbHash, 'base64'));
  return { r: r * 255, g: g * 255, b: b * 255, a: a * 255 };
}

function expectNear(actual: readonly number[], expected: readonly number[], tolerance = 8) {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries())
    expect(Math.abs((actual[index] ?? NaN) - value)).toBeLessThan(tolerance);
}

describe('what is told of a picture', () => {
  test.for(formats)('a %s is known by its bytes and kept byte for byte', async (format) => {
    const bytes = await plain(64, 48).toFormat(format).toBuffer();
    const before = Buffer.from(bytes);
    const picture = await developPicture(bytes);
    expect(picture).toMatchObject({
      mediaType: `image/${format}`,
      width: 64,
      height: 48,
      sizeBytes: before.length,
      sha256: createHash('sha256').update(before).digest('hex'),
    });
    expect(Buffer.from(picture.bytes)).toEqual(before);
  });

  test('a picture inside a larger buffer is read as that part alone', async () => {
    const bytes = await plain(40, 30).png().toBuffer();
    const whole = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
    const picture = await developPicture(whole.subarray(6, 6 + bytes.length));
    expect(picture.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test.for([6, 8])('a JPEG that EXIF turns on its side (%i) has the size that is displayed', async (orientation) => {
    const bytes = await plain(600, 300).withMetadata({ orientation }).jpeg().toBuffer();
    const picture = await developPicture(bytes);
    expect(picture).toMatchObject({ width: 300, height: 600 });
    expect(await sizes(picture)).toEqual({ THUMBNAIL: 'webp 160x320' });
    expect(thumbHashToApproximateAspectRatio(Buffer.from(picture.thumbHash, 'base64'))).toBeLessThan(0.8);
  });

  test.for([
    [1, 1],
    [1, 5000],
    [5000, 1],
    [8000, 5000],
  ] as const)('%i x %i pixels are taken', async ([width, height]) => {
    const picture = await developPicture(await plain(width, height).png().toBuffer());
    expect(picture).toMatchObject({ width, height });
    expectNear(Object.values(averageColour(picture)), [orange.r, orange.g, orange.b, 255]);
  });
});

describe('variants', () => {
  test.for([
    [320, 200, {}],
    [321, 200, { THUMBNAIL: 'webp 320x199' }],
    [200, 321, { THUMBNAIL: 'webp 199x320' }],
    [1024, 1024, { THUMBNAIL: 'webp 320x320' }],
    [1025, 512, { THUMBNAIL: 'webp 320x160', PREVIEW: 'webp 1024x512' }],
    [1, 5000, { THUMBNAIL: 'webp 1x320', PREVIEW: 'webp 1x1024' }],
  ] as const)('%i x %i pixels get the smaller ones only', async ([width, height, expected]) => {
    expect(await sizes(await developPicture(await plain(width, height).png().toBuffer()))).toEqual(expected);
  });

  test.for(formats)('from a %s they have its colour', async (format) => {
    const picture = await developPicture(await plain(1100, 1100).toFormat(format).toBuffer());
    expect(picture.variants.map(({ mediaType }) => mediaType)).toEqual(['image/webp', 'image/webp']);
    expectNear((await thumbnailPixel(picture)).slice(0, 3), [orange.r, orange.g, orange.b]);
  });

  test('keep transparency', async () => {
    const bytes = await plain(400, 400, { ...orange, alpha: 0.5 })
      .png()
      .toBuffer();
    expectNear(await thumbnailPixel(await developPicture(bytes)), [orange.r, orange.g, orange.b, 128]);
  });

  test('carry neither EXIF nor a colour profile', async () => {
    const exif = { IFD0: { Copyright: 'somebody' } };
    const bytes = await plain(400, 400).withIccProfile('srgb').withExif(exif).jpeg().toBuffer();
    expect((await sharp(bytes).metadata()).exif).toBeDefined();
    const thumbnail = (await developPicture(bytes)).variants[0];
    const { exif: kept, icc } = await sharp(thumbnail?.bytes).metadata();
    expect({ kept, icc }).toEqual({ kept: undefined, icc: undefined });
  });

  test('are in sRGB where the picture has a wider profile', async () => {
    const bytes = await plain(400, 400).withIccProfile('p3').png().toBuffer();
    const stored = [...(await sharp(bytes, { ignoreIcc: true }).raw().toBuffer()).subarray(0, 3)];
    expect(Math.abs((stored[0] ?? 0) - orange.r)).toBeGreaterThan(8);
    expectNear((await thumbnailPixel(await developPicture(bytes))).slice(0, 3), [orange.r, orange.g, orange.b]);
  });

  test.for([
    ['a grey PNG', () => plain(400, 400).toColourspace('b-w').png()],
    [
      'a grey PNG with transparency',
      () =>
        plain(400, 400, { ...orange, alpha: 1 })
          .toColourspace('b-w')
          .png(),
    ],
    ['a PNG of 16 bits', () => plain(400, 400).toColourspace('rgb16').png()],
    ['a PNG with a palette', () => plain(400, 400).png({ palette: true })],
    ['a CMYK JPEG', () => plain(400, 400).toColourspace('cmyk').jpeg()],
    ['a grey JPEG', () => plain(400, 400).toColourspace('b-w').jpeg()],
  ] as const)('and a ThumbHash can be made of %s', async ([, make]) => {
    const bytes = await make().toBuffer();
    const picture = await developPicture(bytes);
    const shown = [...(await sharp(bytes).toColourspace('srgb').raw().toBuffer()).subarray(0, 3)];
    expectNear((await thumbnailPixel(picture)).slice(0, 3), shown);
    expectNear(Object.values(averageColour(picture)).slice(0, 3), shown, 20);
  });

  test('are the same bytes when the same picture is developed again', async () => {
    const bytes = await noise(1200, 900).png().toBuffer();
    expect(await developPicture(bytes)).toEqual(await developPicture(bytes));
  });
});

describe('the ThumbHash', () => {
  test.for([50, 100, 101, 500, 1500])('of a picture of %i pixels shows where its colours are', async (side) => {
    const half = await plain(side, Math.floor(side / 2), { r: 20, g: 40, b: 200 })
      .png()
      .toBuffer();
    const bytes = await plain(side, side)
      .composite([{ input: half, gravity: 'north' }])
      .png()
      .toBuffer();
    const { thumbHash } = await developPicture(bytes);
    const { w, h, rgba } = thumbHashToRGBA(Buffer.from(thumbHash, 'base64'));
    const pixelAt = (row: number) => [...rgba.subarray((row * w + (w >> 1)) * 4).subarray(0, 3)];
    expectNear(pixelAt(h >> 2), [20, 40, 200], 60);
    expectNear(pixelAt(h - (h >> 2)), [orange.r, orange.g, orange.b], 60);
  });

  test('knows transparency', async () => {
    const picture = await developPicture(
      await plain(64, 64, { ...orange, alpha: 0.5 })
        .webp()
        .toBuffer(),
    );
    expectNear([averageColour(picture).a], [128], 16);
  });
});

test('raw pixels can still be encoded in this process', async () => {
  const raw = { width: 2, height: 1, channels: 3 } as const;
  const encoded = await sharp(Uint8Array.of(1, 2, 3, 4, 5, 6), { raw })
    .png()
    .toBuffer();
  expect(await developPicture(encoded)).toMatchObject({ width: 2, height: 1 });
});
