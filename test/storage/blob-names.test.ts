import { expect, test } from 'vitest';
import {
  generationPrefix,
  inputName,
  originalName,
  toNamedOutput,
  toOwner,
  variantName,
  withVariants,
} from '../../src/storage/blob-names.ts';

const generationId = '019f3c5e-0000-7000-8000-000000000001';
const original = originalName({ generationId, attempt: 2, position: 3 });

test('a picture is named by generation, attempt and position', () => {
  expect(original).toBe(`g/${generationId}/2/3`);
  expect(original.startsWith(generationPrefix(generationId))).toBe(true);
});

test('variants are named after their original, which keeps its own name', () => {
  expect(withVariants(original)).toEqual([original, `${original}.preview`, `${original}.thumbnail`]);
});

test.for(['ORIGINAL', 'PREVIEW', 'THUMBNAIL'] as const)('the name of the %s tells what it stands for', (variant) => {
  expect(toNamedOutput(variantName(original, variant))).toEqual({ attempt: 2, position: 3, variant });
});

test.for(['g/a/1', 'g/a/1/x', 'g/a/b/1', 'g/a/1/0.gif', 'g/a/1/0.preview.preview', 'g/a/1/0/1', 'i/a/1/0', 'xg/a/1/0'])(
  '%s is no name of ours',
  (name) => {
    expect(toNamedOutput(name)).toBeUndefined();
  },
);

test('the name of an output tells its generation, that of an input none', () => {
  expect(toOwner(original)).toEqual({ generationId });
  expect(toOwner(inputName({ userId: generationId, imageId: generationId }))).toEqual({ generationId: null });
});

test.for([
  `${original}.preview`,
  `${original}/1`,
  'g/a/1/0',
  `i/${generationId}/a`,
  `x${original}`,
  `g/${generationId}/a/0`,
])('nobody is the owner of %s', (name) => {
  expect(toOwner(name)).toBeUndefined();
});
