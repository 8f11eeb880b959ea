import { expect, test } from 'vitest';
import { createBuiltinEnhancer } from '../../src/prompts/builtin-enhancer.ts';
import { additions } from '../../src/prompts/builtin-rules.ts';
import { readWords } from '../../src/providers/sketch/scene/read-words.ts';
import { toModel } from '../support/blank-provider.ts';
import { failureOf, toWish } from './enhancer-contract.ts';

const enhancer = createBuiltinEnhancer();
const editor = toModel('editor/editor', { inputImages: { min: 0, max: 4 } });

async function enhance(prompt: string, model = toWish().model): Promise<string> {
  const { text } = await enhancer.enhance(toWish({ prompt, model }));
  return text;
}

const prompts = [
  'a cat',
  'Portrait of an old sailor',
  'two women in a street',
  'a logo for a bakery',
  'A village under a mountain.',
  'coffee and bread, ',
  'something',
  'A dog says “hello”!',
  '  a river\nwith a bridge  ',
  'a storm over the sea',
];

test.each(prompts)('“%s” always gets the same few words, after its own', async (prompt) => {
  const text = await enhance(prompt);
  expect(await enhance(prompt)).toBe(text);
  const own = prompt.trim().replace(/,$/, '');
  expect(text.startsWith(own)).toBe(true);
  const added = text.slice(own.length).match(/\w+/g) ?? [];
  expect(added.length).toBeGreaterThan(0);
  expect(added.length).toBeLessThanOrEqual(18);
});

test('it adds what the prompt does not say', async () => {
  expect(await enhance('a cat')).toBe(
    'a cat, fine texture of fur or feathers, soft directional light, balanced composition',
  );
  expect(await enhance('a cat in moonlight')).not.toContain('soft directional light');
  expect(await enhance('a logo for a bakery')).toBe(
    'a logo for a bakery, flat shapes on an empty background, balanced composition',
  );
});

test('whole sentences are followed by one more', async () => {
  expect(await enhance('A quiet house.')).toBe(
    'A quiet house. Strong perspective, straight verticals, soft directional light, balanced composition.',
  );
});

test.each([
  'A detailed aerial view of a forest at dawn',
  '  a centred, minimal watercolour of a fox in soft evening light ',
  'a symmetrical flat vector logo on a white background, minimal',
])('“%s” says everything, and stays as it is', async (prompt) => {
  expect(await enhance(prompt)).toBe(prompt);
});

test('a change of an input image stays as it is described, where the model takes any', async () => {
  for (const prompt of ['Make the sky red', 'please remove the man', 'Put the first into the second']) {
    expect(await enhance(prompt, editor)).toBe(prompt);
  }
  expect(await enhance('a cat', editor)).not.toBe('a cat');
  expect(await enhance('Make the sky red')).not.toBe('Make the sky red');
});

test('a prompt in other letters is not mixed with English', async () => {
  for (const prompt of ['湖边的猫', 'кошка у озера', 'قطة']) expect(await enhance(prompt)).toBe(prompt);
  expect(await enhance('a café')).not.toBe('a café');
});

test('a prompt that has no room for more stays as it is, and is never cut', async () => {
  const long = 'cat '.repeat(2_499).trim();
  expect(await enhance(long)).toBe(long);
  const almost = 'x'.repeat(3_990);
  expect(await enhance(almost)).toBe(almost);
});

test('none of its words makes the built-in painter paint something else', () => {
  expect(readWords('a meadow without trees', null)).toEqual({ wanted: ['meadow'], unwanted: new Set(['trees']) });
  for (const { words } of additions) {
    expect(readWords(words, null), words).toEqual({ wanted: [], unwanted: new Set() });
  }
});

test('it costs nothing, and says who it is', async () => {
  expect(await enhancer.enhance(toWish())).toMatchObject({ costUsd: '0' });
  expect(enhancer).toMatchObject({ provider: 'builtin', writtenBy: 'builtin/rules' });
});

test('it stops with the reason of its signal', async () => {
  const reason = new Error('Not even begun.');
  expect(await failureOf(enhancer.enhance(toWish({ signal: AbortSignal.abort(reason) })))).toBe(reason);
});
