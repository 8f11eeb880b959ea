import { expect, test } from 'vitest';
import { readWording } from '../../src/prompts/read-wording.ts';

const read = (answer: string) => readWording(answer, 'OpenAI');

test.each([
  '  A lake at dawn \n',
  '"A lake at dawn"',
  '“A lake at dawn”',
  '„A lake at dawn“',
  '«A lake at dawn»',
  "'A lake at dawn'",
  '「A lake at dawn」',
  '**A lake at dawn**',
  '`A lake at dawn`',
  '```\nA lake at dawn\n```',
  '```text\n"A lake at dawn"\n```',
  'Prompt: A lake at dawn',
  '**Prompt:** A lake at dawn',
  '**Enhanced prompt**: "A lake at dawn"',
  '## Improved Prompt\n\nA lake at dawn',
  'Final image prompt:\nA lake at dawn',
  'Here is the improved prompt:\n\nA lake at dawn',
  'Sure! Here’s a better version of your prompt:\n\nA lake at dawn',
  "Here's the refined wording: **A lake at dawn**",
  'A lake\u0007 at\0 dawn\u001b',
])('%j is read as its wording alone', (answer) => {
  expect(read(answer)).toBe('A lake at dawn');
});

test.each([
  '“Open” and “Closed”',
  '"Open" beside "Closed"',
  'A sign that says "Open"',
  'A poster with the words Prompt: act now',
  'Here is a cat: black, asleep',
  'prompt delivery of flowers, a courier on a bicycle',
  "The baker's cat's bed",
  'First a lake,\nthen a river:\n- reeds\n- boats',
  '湖、夜明け',
])('%j is a wording as it is', (answer) => {
  expect(read(answer)).toBe(answer);
});

test('half of a surrogate pair becomes a character that can be stored', () => {
  expect(read('a \ud83d lake')).toBe('a \ufffd lake');
});

test.each(['', ' \n\t', '""', '“ ”', 'Prompt:', '**Prompt:**', '```\n```', '```\n\n```', '\0'])(
  '%j is no wording',
  (answer) => {
    expect(() => read(answer)).toThrow(
      expect.objectContaining({ code: 'PROVIDER_BAD_RESPONSE', message: 'OpenAI answered without a wording.' }),
    );
  },
);

test('a wording that is too long ends with its last whole sentence', () => {
  const sentence = `${'a lake '.repeat(14)}at dawn. `;
  const text = read(sentence.repeat(50));
  expect(text.length).toBeLessThanOrEqual(4_000);
  expect(text).toBe(sentence.repeat(Math.floor(4_000 / sentence.length)).trim());
});

test('without sentences it ends with a whole word, and without words where it must', () => {
  expect(read(`A lake. ${'reeds '.repeat(1_000)}`)).toMatch(/^A lake\. (reeds )+reeds$/);
  expect(read('湖'.repeat(5_000))).toBe('湖'.repeat(4_000));
});

test('characters are counted as people count them, and none is cut in two', () => {
  expect(read('🐈'.repeat(4_000))).toBe('🐈'.repeat(4_000));
  expect(read('🐈'.repeat(4_001))).toBe('🐈'.repeat(4_000));
});
