import { expect, test } from 'vitest';
import { hashInput } from '../../src/generations/hash-input.ts';

test('neither the order of keys nor what was not given is part of the hash, at any depth', () => {
  const hash = hashInput({ prompt: 'a cat', size: { width: 1, height: 2 }, inputs: [{ role: 'MASK', url: 'x' }] });
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  const turned = { inputs: [{ url: 'x', role: 'MASK' }], size: { height: 2, width: 1 }, prompt: 'a cat' };
  expect(hashInput(turned)).toBe(hash);
  expect(hashInput({ ...turned, later: null, size: { ...turned.size, depth: null } })).toBe(hash);
});

test.each([
  [{ prompt: 'a cat' }, { prompt: 'a cat ' }],
  [{ inputs: ['a', 'b'] }, { inputs: ['b', 'a'] }],
  [{ seed: '1' }, { seed: 1 }],
  [
    { a: 'b', c: null },
    { a: null, c: 'b' },
  ],
  [{ inputs: [] }, { inputs: [[]] }],
])('%j and %j differ', (one, other) => {
  expect(hashInput(one)).not.toBe(hashInput(other));
});
