import { describe, expect, test } from 'vitest';
import type { SizeRule } from '../../src/domain/image-model.ts';
import { applyShape, applySize } from '../../src/domain/image-size.ts';

/** As OpenAI's newer models have it. */
const free: SizeRule = {
  kind: 'free',
  width: { min: 256, max: 3840, default: 1024 },
  height: { min: 256, max: 3840, default: 1024 },
  multipleOf: 16,
  area: { min: 655_360, max: 8_294_400 },
  maxRatio: 3,
};
const listed: SizeRule = {
  kind: 'listed',
  sizes: [
    { width: 1024, height: 1024 },
    { width: 1536, height: 1024 },
    { width: 1024, height: 1536 },
  ],
};
const ratio: SizeRule = {
  kind: 'ratio',
  aspectRatios: ['1:1', '16:9', '9:16', '3:2'],
  resolutions: [
    { name: '1K', pixels: 1_048_576 },
    { name: '4K', pixels: 16_777_216 },
  ],
};

const toPixels = (width: number, height: number) => ({ pixels: { width, height } });

describe('a model that takes any size on a grid', () => {
  test.each([
    [toPixels(1024, 768), { width: 1024, height: 768 }],
    [toPixels(3840, 2160), { width: 3840, height: 2160 }],
    [null, { width: 1024, height: 1024 }],
  ])('takes %j as it is', (requested, size) => {
    expect(applySize(requested, free)).toMatchObject({ size, moved: null });
  });

  test.each([
    ['is off the grid', toPixels(1000, 1000), { width: 1008, height: 1008 }],
    ['is too small as a whole', toPixels(512, 512), { width: 816, height: 816 }],
    ['is too large as a whole', toPixels(3840, 3840), { width: 2880, height: 2880 }],
  ])('moves what %s, and says so', (_, requested, size) => {
    const outcome = applySize(requested, free);
    expect(outcome).toMatchObject({ size });
    const { width, height } = requested.pixels;
    expect(outcome).toMatchObject({
      moved: `${width}x${height} became ${size.width}x${size.height}, which the model takes.`,
    });
  });

  test.each([
    [toPixels(255, 1024), ['pixels', 'width']],
    [toPixels(1024, 3841), ['pixels', 'height']],
    [toPixels(2048, 640), ['pixels']],
    [{ aspectRatio: '4:1' }, ['aspectRatio']],
    [{ aspectRatio: '16/9' }, ['aspectRatio']],
  ])('refuses %j, which is out of its range', (requested, path) => {
    expect(applySize(requested, free)).toMatchObject({ issues: [{ path }] });
  });

  test('keeps the area of its usual size for a ratio', () => {
    expect(applySize({ aspectRatio: '16:9' }, free)).toMatchObject({ size: { width: 1360, height: 768 }, moved: null });
  });
});

describe('a model that takes certain sizes', () => {
  test.each([
    [null, { width: 1024, height: 1024 }, null],
    [toPixels(1536, 1024), { width: 1536, height: 1024 }, null],
    [toPixels(1920, 1080), { width: 1536, height: 1024 }, '1920x1080 became 1536x1024, the nearest there is.'],
    [{ aspectRatio: '2:3' }, { width: 1024, height: 1536 }, null],
    [{ aspectRatio: '9:16' }, { width: 1024, height: 1536 }, '9:16 became 1024x1536, the nearest there is.'],
  ])('gives the nearest to %j', (requested, size, moved) => {
    expect(applySize(requested, listed)).toMatchObject({ size, moved });
  });
});

describe('a model that is told a ratio', () => {
  test.each([
    [null, '1:1', '1K', null],
    [{ aspectRatio: '32:18' }, '16:9', '1K', null],
    [{ aspectRatio: '21:9' }, '16:9', '1K', '21:9 became 16:9, the nearest there is.'],
    [toPixels(3840, 2160), '16:9', '4K', 'The model is told no pixels: 3840x2160 became 16:9 in 4K.'],
  ])('is told the nearest to %j', (requested, aspectRatio, resolution, moved) => {
    const size = { width: null, height: null, aspectRatio, resolution };
    expect(applySize(requested, ratio)).toEqual({ size, moved });
  });

  test('refuses a size without pixels', () => {
    expect(applySize(toPixels(0, 100), ratio)).toMatchObject({ issues: [{ path: ['pixels'] }] });
  });
});

describe('the shape of an input image', () => {
  test('is kept as nearly as the model can', () => {
    expect(applyShape({ width: 4000, height: 3000 }, free)).toMatchObject({
      width: 1184,
      height: 880,
      aspectRatio: null,
    });
    expect(applyShape({ width: 1080, height: 1920 }, ratio)).toMatchObject({ aspectRatio: '9:16', resolution: '1K' });
    expect(applyShape({ width: 300, height: 200 }, listed)).toMatchObject({ width: 1536, height: 1024 });
  });

  test('is given up where it is too extreme', () => {
    expect(applyShape({ width: 4000, height: 10 }, free)).toMatchObject({ width: 1024, height: 1024 });
  });
});
