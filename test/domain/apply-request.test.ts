import { expect, test } from 'vitest';
import { applyRequest } from '../../src/domain/apply-request.ts';
import type { GenerationRequest, RequestedInputs } from '../../src/domain/generation-request.ts';
import type { Capabilities } from '../../src/domain/image-model.ts';
import { InvalidInput } from '../../src/domain/user-errors.ts';
import { toModel } from '../support/blank-provider.ts';

const plain: GenerationRequest = {
  prompt: 'a cat',
  negativePrompt: null,
  model: null,
  fallbackModels: [],
  enhancePrompt: false,
  count: 1,
  size: null,
  steps: null,
  guidanceScale: null,
  seed: null,
  strength: null,
  style: null,
  styleIntensity: null,
  quality: null,
  background: null,
  compression: null,
  outputFormat: null,
  deadlineSeconds: null,
};
const none: RequestedInputs = { images: 0, mask: false, size: null };
const one: RequestedInputs = { images: 1, mask: false, size: null };

/** As a classic endpoint has it. */
const classic: Partial<Capabilities> = {
  steps: { min: 0, max: 100, default: 27 },
  guidanceScale: { min: 0, max: 100, default: 27 },
  strength: { min: 0, max: 1, default: 0.75 },
  compression: { min: 0, max: 100, default: null },
  qualities: ['low', 'high'],
  inputImages: { min: 0, max: 2 },
};

function apply(given: Partial<GenerationRequest>, capabilities: Partial<Capabilities> = {}, inputs = none) {
  const { capabilities: whole } = toModel('test/model', capabilities);
  return applyRequest({ request: { ...plain, ...given }, inputs, randomSeed: (max) => max }, whole);
}

function issuesOf(...wish: Parameters<typeof apply>) {
  try {
    apply(...wish);
  } catch (error) {
    if (error instanceof InvalidInput) return error.issues.map(({ path, message }) => [path.join('.'), message]);
    throw error;
  }
  throw new Error('It was taken.');
}

test('where nothing is asked for, the usual of the model is applied', () => {
  const { options, warnings } = apply({}, classic, one);
  expect(options).toMatchObject({ steps: 27, guidanceScale: 27, strength: 0.75, compression: null, quality: null });
  expect(warnings).toEqual([]);
});

test('both ends of a range are taken', () => {
  expect(apply({ steps: 0, guidanceScale: 100 }, classic).options).toMatchObject({ steps: 0, guidanceScale: 100 });
});

test('everything that is out of range is told at once', () => {
  const wish = { steps: 101, guidanceScale: Number.NaN, strength: 1.1, compression: 0.5, quality: 'best' };
  expect(issuesOf(wish, classic, one)).toEqual([
    ['input.strength', 'The strength must be 0 to 1.'],
    ['input.steps', 'Steps must be 0 to 100.'],
    ['input.guidanceScale', 'The guidance scale must be 0 to 100.'],
    ['input.compression', 'The compression must be 0 to 100.'],
    ['input.quality', 'The model knows these: low, high.'],
  ]);
});

test.each([[Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY], [Number.NaN]])(
  'a guidance scale of %d is refused',
  (guidanceScale) => {
    expect(issuesOf({ guidanceScale }, classic)).toEqual([
      ['input.guidanceScale', 'The guidance scale must be 0 to 100.'],
    ]);
  },
);

test('what the model lacks is a warning, and is not applied', () => {
  const { options, warnings } = apply({ guidanceScale: 3, quality: 'high', background: 'opaque', compression: 50 });
  expect(options).toMatchObject({ guidanceScale: null, quality: null, background: null, compression: null });
  expect(warnings).toEqual([
    { option: 'guidanceScale', message: 'The model has no guidance scale.' },
    { option: 'compression', message: 'The model has no compression.' },
    { option: 'quality', message: 'The model has no choice of quality.' },
    { option: 'background', message: 'The model has no choice of background.' },
  ]);
});

test('a strength without an input image is a warning', () => {
  const { options, warnings } = apply({ strength: 0.5 }, classic);
  expect(options.strength).toBeNull();
  expect(warnings).toMatchObject([{ option: 'strength' }]);
});

test.each([
  ['No images provided: the model needs an input image.', { min: 1, max: 4 }, 0],
  ['the model needs 2 input images.', { min: 2, max: 4 }, 1],
  ['The model takes 16 input images at most.', { min: 0, max: 16 }, 17],
  ['The model takes no input images.', { min: 0, max: 0 }, 1],
])('“%s”', (message, inputImages, images) => {
  expect(issuesOf({}, { inputImages }, { ...none, images })).toEqual([['input.inputImages', message]]);
});

test('a mask is never dropped', () => {
  const mask = { ...one, mask: true };
  expect(issuesOf({}, classic, mask)).toEqual([['input.mask', 'The model takes no mask.']]);
  const alone = { images: 0, mask: true, size: null };
  expect(issuesOf({}, { ...classic, mask: true }, alone)).toEqual([
    ['input.mask', 'A mask needs the input image that it belongs to.'],
  ]);
});

test.each([
  [null, 'a cat, in ink style'],
  [0.1, 'a cat, with a touch of ink style'],
  [1, 'a cat, in a very pronounced ink style'],
])('a style of intensity %j that the model lacks is told in words', (styleIntensity, wording) => {
  expect(apply({ style: 'ink', styleIntensity })).toMatchObject({ wording, options: { style: 'ink', styleIntensity } });
});

test('a style that the model has stays out of the wording', () => {
  expect(apply({ style: 'ink' }, { styles: ['ink'] })).toMatchObject({ wording: 'a cat', options: { style: 'ink' } });
  expect(issuesOf({ style: 'oil' }, { styles: ['ink'] })).toEqual([
    ['input.style', 'The model knows these styles: ink.'],
  ]);
});

test('a picture keeps the shape of its input image where no size is asked for', () => {
  const inputs = { ...one, size: { width: 1600, height: 900 } };
  const size: Capabilities['size'] = {
    kind: 'ratio',
    aspectRatios: ['1:1', '16:9'],
    resolutions: [{ name: '1K', pixels: 1_048_576 }],
  };
  expect(apply({}, { ...classic, size }, inputs).options.aspectRatio).toBe('16:9');
  expect(apply({ size: { aspectRatio: '1:1' } }, { ...classic, size }, inputs).options.aspectRatio).toBe('1:1');
});

test('a random seed is within the range of the model, and one that is given is kept', () => {
  expect(apply({}, { seed: { max: 9 } }).options.seed).toBe(9);
  expect(apply({ seed: '3' }, { seed: { max: 9 } }).options.seed).toBe(3);
  expect(issuesOf({ seed: '10' }, { seed: { max: 9 } })).toEqual([
    ['input.seed', 'A seed is a whole number from 0 to 9, or -1 for a random one.'],
  ]);
});
