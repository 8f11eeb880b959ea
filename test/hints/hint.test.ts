import { expect, test } from 'vitest';
import { type Hint, packHints, parseHintMessage } from '../../src/hints/hint.ts';
import { createSnapshot } from '../support/snapshots.ts';

const maxBytes = 7_900;

function progress(message: string | null = null): Hint {
  return { kind: 'progress', snapshot: createSnapshot({ message }) };
}

test('hints arrive as they were sent, whatever letters they hold', () => {
  const look: Hint = { kind: 'look', generationId: 'a', attempt: 2 };
  const hints = [progress('“日本” 😀 \u2028'), { kind: 'work' }, { kind: 'cancel', generationId: 'a' }, look] as const;
  const [message = ''] = packHints('me', hints, maxBytes);
  expect(parseHintMessage(message)).toEqual({ from: 'me', hints });
});

test('many hints go in few messages, in their order, each of which fits into a notification', () => {
  const hints = Array.from({ length: 200 }, (_, index) => progress(`${index} 日本`.repeat(10)));
  const messages = packHints('me', hints, maxBytes);
  expect(messages.length).toBeLessThan(30);
  for (const message of messages) expect(Buffer.byteLength(message)).toBeLessThanOrEqual(maxBytes);
  expect(messages.flatMap((message) => parseHintMessage(message).hints)).toEqual(hints);
});

test('a hint that fits into no notification is left out, and takes none of the others with it', () => {
  const messages = packHints('me', [{ kind: 'work' }, progress('x'.repeat(10_000)), { kind: 'work' }], maxBytes);
  for (const message of messages) expect(Buffer.byteLength(message)).toBeLessThanOrEqual(maxBytes);
  expect(messages.flatMap((message) => parseHintMessage(message).hints)).toEqual([{ kind: 'work' }, { kind: 'work' }]);
});

test.for(['', 'garbage', '{}', '{"from":"x","hints":[{"kind":"unheard of"}]}'])('%j is no hint message', (text) => {
  expect(() => parseHintMessage(text)).toThrow();
});
