import fc from 'fast-check';

const texts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\u202Eexe.gnp',
  '\uD800',
  '👩‍👩‍👧‍👦'.repeat(200),
  '\'; DROP TABLE "Generation"; --',
  "' OR '1'='1",
  '%',
  '_%\\',
  '{{7*7}}<%= 7*7 %>',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  '..%2f..%2f',
  'constructor',
  '__proto__',
  'toString',
  'null',
  'undefined',
  'NaN',
  '-1',
  '1e309',
  '\r\nSet-Cookie: a=b',
  'x'.repeat(10_001),
  '\n'.repeat(5_000),
  'a & | ! <-> :* b',
];

const urls = [
  'http://127.0.0.1/',
  'http://[::1]:5432/',
  'http://169.254.169.254/latest/meta-data/',
  'http://0x7f.1/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:6379/_FLUSHALL',
  'javascript:alert(1)',
  'http://user:password@localhost/',
  '//',
  'https://',
  `http://localhost/${'a'.repeat(4_000)}`,
];

const dataUrls = [
  'data:,',
  'data:image/png;base64,',
  'data:image/png;base64,AAAA',
  'data:image/svg+xml;base64,PHN2Zy8+',
  'data:text/html,<h1>',
  `data:image/png;base64,${'A'.repeat(2_000)}=`,
];

const slugs = ['test/blank', 'test/nothing', 'sketch/landscape', '/', 'a/b/c', 'openai/gpt-image-1'];

/** Text as nobody types it, and now and then as somebody does. */
export const hostileText = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...texts) },
  { weight: 2, arbitrary: fc.constantFrom(...urls, ...dataUrls, ...slugs) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ maxLength: 40 }) },
);

export const hostileInt = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, 3, 20, 100, 101, 2_147_483_647, -2_147_483_648),
  fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }),
);

export const hostileFloat = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 0.5, 100, 1e308, -1e308, 5e-324, 2 ** 53),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

export const hostileDate = fc.oneof(
  fc.constantFrom(
    '2026-11-28T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '+275760-09-13T00:00:00Z',
  ),
  hostileText,
);

/** Ids that there are, of this viewer and of another, broken in all ways. */
export function toHostileId(known: readonly string[]): fc.Arbitrary<string> {
  const oneOfThem = fc.constantFrom(...known);
  const cut = fc.tuple(oneOfThem, fc.nat({ max: 40 })).map(([id, length]) => id.slice(0, length));
  const named = fc
    .tuple(fc.constantFrom('Generation', 'Image', 'User', 'ImageModel', 'ApiKey', 'Query', '__proto__'), hostileText)
    .map(([type, key]) => Buffer.from(`${type}:${key}`).toString('base64url'));
  return fc.oneof({ weight: 3, arbitrary: oneOfThem }, cut, named, hostileText);
}
