import { expect, test } from 'vitest';
import { hasVariant, storedVariant } from '../../src/domain/image-variant.ts';

test.for([
  [320, 320, false, false],
  [321, 1, false, true],
  [1, 321, false, true],
  [1024, 1024, false, true],
  [1, 1025, true, true],
] as const)('%i x %i: preview %s, thumbnail %s', ([width, height, preview, thumbnail]) => {
  const size = { width, height };
  expect(hasVariant(size, 'ORIGINAL')).toBe(true);
  expect(hasVariant(size, 'PREVIEW')).toBe(preview);
  expect(hasVariant(size, 'THUMBNAIL')).toBe(thumbnail);
});

test('a variant larger than the picture is the picture', () => {
  expect(storedVariant({ width: 320, height: 320 }, 'THUMBNAIL')).toBe('ORIGINAL');
  expect(storedVariant({ width: 1024, height: 10 }, 'PREVIEW')).toBe('ORIGINAL');
  expect(storedVariant({ width: 1024, height: 10 }, 'THUMBNAIL')).toBe('THUMBNAIL');
});
