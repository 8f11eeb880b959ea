import { expect, test } from 'vitest';
import { encodeGlobalId } from '../../src/graphql/global-ids.ts';
import { toImageSource, toRequestedInputs } from '../../src/graphql/image-source.ts';

const upload = { sizeBytes: 0, read: async () => [] };
const key = '0192f0c0-0000-7000-8000-000000000001';

test('each source is known by its field', () => {
  expect(toImageSource({ imageId: encodeGlobalId('Image', key) })).toEqual({ kind: 'stored', imageId: key });
  expect(toImageSource({ url: 'https://example.com/' })).toEqual({ kind: 'url', url: 'https://example.com/' });
  expect(toImageSource({ dataUrl: 'data:,' })).toEqual({ kind: 'dataUrl', dataUrl: 'data:,' });
  expect(toImageSource({ file: upload })).toEqual({ kind: 'upload', upload });
});

test('an id of anything else leads to nothing', () => {
  const nothing = { kind: 'stored', imageId: '00000000-0000-0000-0000-000000000000' };
  for (const imageId of [encodeGlobalId('Generation', key), key, '', 'cat']) {
    expect(toImageSource({ imageId })).toEqual(nothing);
  }
});

test.for([
  [{}],
  [{ url: null, imageId: null }],
  [{ url: 'https://example.com/', dataUrl: 'data:,' }],
  [{ url: '', file: upload }],
] as const)('%j is refused, whether or not the executor lets it through', ([source]) => {
  expect(() => toImageSource(source)).toThrow('An ImageSource has exactly one field.');
});

test('the references come in their order, the mask last', () => {
  const [one, other] = [{ url: 'https://example.com/1' }, { url: 'https://example.com/2' }];
  expect(toRequestedInputs({ inputImages: [one, other], mask: one })).toEqual([
    { role: 'REFERENCE', position: 0, source: { kind: 'url', ...one } },
    { role: 'REFERENCE', position: 1, source: { kind: 'url', ...other } },
    { role: 'MASK', position: 2, source: { kind: 'url', ...one } },
  ]);
  expect(toRequestedInputs({})).toEqual([]);
  expect(toRequestedInputs({ inputImages: null, mask: null })).toEqual([]);
});
