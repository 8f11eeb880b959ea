import { describe, expect, test } from 'vitest';
import { developPicture } from '../../src/pictures/develop-picture.ts';
import { UnusablePictureError } from '../../src/pictures/unusable-picture-error.ts';
import { animatedPng, animatedWebp, emptyPng, noise, plain, swollenJpeg } from './sample-pictures.ts';

async function refusal(bytes: Uint8Array): Promise<string> {
  const outcome: unknown = await developPicture(bytes).catch((error: unknown) => error);
  if (!(outcome instanceof UnusablePictureError))
    throw new TypeError('The picture was not refused.', { cause: outcome });
  return outcome.message;
}

const notAPicture = 'The bytes are no PNG, WebP or JPEG picture.';
const tooLarge = 'The picture has more than 40 megapixels.';
const manyFrames = 'The picture has more than one frame.';
const damaged = 'The picture is damaged or incomplete.';

describe('what is no PNG, WebP or JPEG is refused', () => {
  test.for([
    ['nothing', ''],
    ['one byte', '\x89'],
    ['HTML', '<!doctype html><title>Not found</title>'],
    ['JSON', '{"error":"quota exceeded"}'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>'],
    ['PDF', '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>'],
    ['another RIFF file', 'RIFF\x10\0\0\0WAVEfmt '],
    ['a data URL', 'data:image/png;base64,iVBORw0KGgo='],
  ] as const)('%s', async ([, text]) => {
    expect(await refusal(Buffer.from(text, 'latin1'))).toBe(notAPicture);
  });

  test.for(['gif', 'tiff', 'avif'] as const)('%s', async (format) => {
    expect(await refusal(await plain(20, 20).toFormat(format).toBuffer())).toBe(notAPicture);
  });
});

describe('a picture that is cut off is refused', () => {
  const encodings = [
    ['PNG', () => noise(300, 200).png()],
    ['interlaced PNG', () => noise(300, 200).png({ progressive: true })],
    ['JPEG', () => noise(300, 200).jpeg()],
    ['progressive JPEG', () => noise(300, 200).jpeg({ progressive: true })],
    ['WebP', () => noise(300, 200).webp()],
    ['lossless WebP', () => noise(300, 200).webp({ lossless: true })],
    ['PNG that gets variants', () => noise(1200, 300).png()],
    ['JPEG that gets variants', () => noise(1200, 300).jpeg()],
    ['WebP that gets variants', () => noise(1200, 300).webp()],
    ['JPEG that is decoded at a quarter of its size', () => noise(4300, 200).jpeg()],
  ] as const;

  test.for(encodings)('%s', async ([, encode]) => {
    const whole = await encode().toBuffer();
    await expect(developPicture(whole)).resolves.toBeDefined();
    const lengths = [whole.length - 1, whole.length - 12, 0.99, 0.9, 0.5, 0.1].map((length) =>
      length < 1 ? Math.floor(length * whole.length) : length,
    );
    for (const length of [...lengths, 100, 20, 12]) {
      expect(await refusal(whole.subarray(0, length)), `${length} of ${whole.length} bytes`).toBe(damaged);
    }
  });
});

test('a PNG with a wrong checksum is refused', async () => {
  const bytes = await noise(100, 100).png().toBuffer();
  const data = bytes.indexOf('IDAT') + 1000;
  bytes.writeUInt8(bytes.readUInt8(data) ^ 0xff, data);
  expect(await refusal(bytes)).toBe(damaged);
});

describe('a picture with many frames is refused', () => {
  test('animated WebP', async () => {
    expect(await refusal(await animatedWebp())).toBe(manyFrames);
  });

  test('animated PNG', async () => {
    expect(await refusal(await animatedPng())).toBe(manyFrames);
  });
});

describe('a picture that is too large is refused before it is decoded', () => {
  test('PNG of 30000 x 30000', async () => {
    expect(await refusal(emptyPng(30_000, 30_000))).toBe(tooLarge);
  });

  test('JPEG of 30000 x 30000', async () => {
    expect(await refusal(await swollenJpeg(30_000, 30_000))).toBe(tooLarge);
  });

  test('one row more than 40 megapixels', async () => {
    expect(await refusal(emptyPng(8000, 5001))).toBe(tooLarge);
  });

  test('one that may be large enough is looked into', async () => {
    expect(await refusal(emptyPng(8000, 5000))).toBe(damaged);
  });
});
