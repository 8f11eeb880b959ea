import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { convertPicture } from '../../src/pictures/convert-picture.ts';
import { UnusablePictureError } from '../../src/pictures/unusable-picture-error.ts';
import { emptyPng, plain } from './sample-pictures.ts';

/** Half of it transparent, half of it red. */
async function halfMask(width: number, height: number): Promise<Buffer> {
  const red = { create: { width: width / 2, height, channels: 4, background: '#ff0000' } } as const;
  return sharp({ create: { width, height, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
    .composite([{ input: red, left: 0, top: 0 }])
    .png()
    .toBuffer();
}

describe('another format', () => {
  test.for(['png', 'webp'] as const)('%s: smaller where it is larger, and what is transparent stays so', async (to) => {
    const mask = await halfMask(64, 32);
    const { format, width, height, hasAlpha } = await sharp(
      await convertPicture(mask, { to, longerSide: 16 }),
    ).metadata();
    expect({ format, width, height, hasAlpha }).toEqual({ format: to, width: 16, height: 8, hasAlpha: true });
    expect(await sharp(await convertPicture(mask, { to, longerSide: 100 })).metadata()).toMatchObject({ width: 64 });
    expect(await sharp(await convertPicture(mask, { to })).metadata()).toMatchObject({ width: 64 });
  });

  test('has nothing of wide colours but what sRGB can show', async () => {
    const wide = await plain(8, 8).withIccProfile('p3').png().toBuffer();
    const { icc, space } = await sharp(await convertPicture(wide, { to: 'png' })).metadata();
    expect({ icc, space }).toEqual({ icc: undefined, space: 'srgb' });
  });
});

test('a mask is white where the picture is transparent, in one channel', async () => {
  const mask = await convertPicture(await halfMask(64, 32), { to: 'white-mask', longerSide: 32 });
  expect(await sharp(mask).metadata()).toMatchObject({ format: 'png', width: 32, height: 16, channels: 1 });
  const data = await sharp(mask).raw().toBuffer();
  expect([data.at(0), data.at(-1)]).toEqual([0, 255]);
});

test('a mask without transparency is black', async () => {
  const mask = await convertPicture(await plain(8, 8).jpeg().toBuffer(), { to: 'white-mask' });
  expect((await sharp(mask).stats()).channels).toMatchObject([{ min: 0, max: 0 }]);
});

test('pixels cover what they are asked to cover, in three channels, and white shows through', async () => {
  const pixels = await convertPicture(await halfMask(64, 32), { to: 'pixels', width: 10, height: 20 });
  expect(pixels.byteLength).toBe(10 * 20 * 3);
  expect([...pixels.subarray(0, 3)]).toEqual([255, 0, 0]);
  expect([...pixels.subarray(-3)]).toEqual([255, 255, 255]);
});

test('what cannot be read is refused', async () => {
  const whole = await plain(64, 48).png().toBuffer();
  const unusable = [Buffer.alloc(0), Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), whole.subarray(0, 60)];
  for (const bytes of [...unusable, emptyPng(8_000, 5_001)]) {
    await expect(convertPicture(bytes, { to: 'png' })).rejects.toBeInstanceOf(UnusablePictureError);
  }
});
