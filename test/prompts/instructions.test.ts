import { expect, test } from 'vitest';
import type { Capabilities } from '../../src/domain/image-model.ts';
import { writeInstructions } from '../../src/prompts/instructions.ts';
import { toModel } from '../support/blank-provider.ts';

const write = (capabilities: Partial<Capabilities> = {}) => writeInstructions(toModel('some/model', capabilities));

test('they name the model, the longest wording, and ask for the wording alone', () => {
  const text = write();
  expect(text).toContain('“Paints nothing”');
  expect(text).toContain('at most 4000 characters');
  expect(text).toContain('The language that the prompt is written in.');
  expect(text).toContain('Every fact');
  expect(text).toContain('Answer with the wording alone');
});

test.each([
  ['a negative prompt', { negativePrompt: true }, 'apart from the prompt: keep what the prompt itself excludes'],
  ['no negative prompt', { negativePrompt: false }, 'It takes no negative prompt'],
  ['styles of its own', { styles: ['ink'] }, 'Its style may be chosen apart from the prompt'],
  ['no styles', { styles: null }, 'It takes its style from the wording'],
  ['no input images', {}, 'It sees no other picture'],
  ['input images', { inputImages: { min: 0, max: 4 } }, 'It may be given input images, which you do not see.'],
  ['nothing without input images', { inputImages: { min: 1, max: 4 } }, 'It is given input images'],
] as const)('they know a model that takes %s', (_, capabilities, words) => {
  const others = [write(), write({ negativePrompt: true, styles: ['ink'], inputImages: { min: 2, max: 2 } })];
  expect(write(capabilities)).toContain(words);
  expect(others.some((text) => !text.includes(words))).toBe(true);
});

test('where there are input images, the change that is described is kept', () => {
  expect(write({ inputImages: { min: 0, max: 1 } })).toContain('keep the change exactly as it is described');
});

test('they are text for people: no holes, no code', () => {
  for (const text of [write(), write({ negativePrompt: true, styles: [], inputImages: { min: 1, max: 1 } })]) {
    expect(text).not.toMatch(/undefined|null|\$\{|\n\n\n|- \n/);
  }
});
