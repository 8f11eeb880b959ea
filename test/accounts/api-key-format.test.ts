import { expect, test } from 'vitest';
import { createApiKeyText, parseApiKey } from '../../src/accounts/api-key-format.ts';

test('a key has a visible beginning, 43 characters of secret and a checksum of six', () => {
  const { text, prefix } = createApiKeyText();
  expect(text).toMatch(/^dk_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{49}$/);
  expect(text.startsWith(`${prefix}_`)).toBe(true);
  expect(parseApiKey(text)).toEqual({ text, prefix });
});

test('a thousand keys have a thousand beginnings and a thousand secrets', () => {
  const keys = Array.from({ length: 1_000 }, createApiKeyText);
  expect(new Set(keys.map(({ prefix }) => prefix)).size).toBe(1_000);
  expect(new Set(keys.map(({ text }) => text.slice(17))).size).toBe(1_000);
});

test('the checksum is the CRC-32 of what stands before it, in base 62', () => {
  const key = `dk_live_00000000_${'0'.repeat(43)}`;
  // CRC-32 of that text, by Python’s binascii: 3309441149.
  expect(parseApiKey(`${key}3by4p3`)).toEqual({ text: `${key}3by4p3`, prefix: 'dk_live_00000000' });
});
