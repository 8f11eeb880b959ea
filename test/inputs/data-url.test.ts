import { expect, test } from 'vitest';
import { decodeDataUrl } from '../../src/inputs/data-url.ts';
import { InputUnusable } from '../../src/inputs/input-unusable.ts';

const megabyte = 1024 * 1024;
const toDataUrl = (bytes: Uint8Array, head = 'data:image/png;base64,') => head + Buffer.from(bytes).toString('base64');

test.for([0, 1, 2, 3, 4, 1000, 10 * megabyte])('%i bytes come out as they went in', (sizeBytes) => {
  const bytes = Buffer.alloc(sizeBytes, 'a picture');
  expect(Buffer.compare(decodeDataUrl(toDataUrl(bytes)), bytes)).toBe(0);
});

test.for([
  'data:;base64,',
  'data:image/svg+xml;base64,',
  'DATA:image/png;BASE64,',
  'data:image/png;charset=utf-8;base64,',
])('%s may stand in front: the type is read from the bytes', (head) => {
  expect(Buffer.from(decodeDataUrl(toDataUrl(Buffer.from('abc'), head))).toString()).toBe('abc');
});

const noDataUrl = 'It is no data URL in base64.';
const wrong = 'The base64 of the data URL is wrong.';

test.for([
  ['nothing', '', noDataUrl],
  ['a data URL without base64', 'data:image/png,%89PNG', noDataUrl],
  ['a data URL without a comma', 'data:image/png;base64', noDataUrl],
  ['base64 alone', 'iVBORw0KGgo=', noDataUrl],
  ['another URL', 'https://example.com/a.png', noDataUrl],
  ['an endless head', `data:${'a'.repeat(300)};base64,AAAA`, noDataUrl],
  ['a letter too few', 'data:image/png;base64,AAA', wrong],
  ['padding too little', 'data:image/png;base64,AA=', wrong],
  ['padding too much', 'data:image/png;base64,AAAA=', wrong],
  ['padding alone', 'data:image/png;base64,====', wrong],
  ['padding in the middle', 'data:image/png;base64,AA==AAAA', wrong],
  ['signs that are no base64', 'data:image/png;base64,A!!A', wrong],
  ['spaces', 'data:image/png;base64,AA AA AA', wrong],
  ['escapes', 'data:image/png;base64,AAAA%3D%3D', wrong],
] as const)('%s is refused', ([, text, message]) => {
  const decode = () => decodeDataUrl(text);
  expect(decode).toThrow(InputUnusable);
  expect(decode).toThrow(message);
});

test('more than 10 MB are refused', () => {
  const decode = () => decodeDataUrl(toDataUrl(Buffer.alloc(10 * megabyte + 1)));
  expect(decode).toThrow(InputUnusable);
  expect(decode).toThrow('The data URL holds more than 10 MB.');
});
