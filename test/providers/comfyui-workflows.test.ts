import { expect, test } from 'vitest';
import { createComfyui, inputsOf, order, startStandinFor } from './comfyui-fixtures.ts';

/** With these changes to a model that makes pictures of text alone. */
const create =
  (change: object, slug = 'comfyui/sd15') =>
  () =>
    createComfyui({ url: 'http://x', changes: { [slug]: change } });
const withWorkflow = (workflow: unknown) => ({ settings: { workflow } });

test.each([
  ['without the prompt', { 2: { inputs: { text: 'a lake' } } }, 'the workflow has no slot {{prompt}}'],
  ['without the negative prompt', { 3: { inputs: { text: '' } } }, 'the workflow has no slot {{negativePrompt}}'],
  ['without the seed', { 5: { inputs: { seed: 1 } } }, 'the workflow has no slot {{seed}}'],
  ['without the steps', { 5: { inputs: { steps: 20 } } }, 'the workflow has no slot {{steps}}'],
  [
    'with a slot of its own making',
    { 7: { inputs: { filename_prefix: '{{Prompt}}' } } },
    'the workflow has an unknown slot {{Prompt}}',
  ],
  [
    'with a slot deep inside',
    { 7: { inputs: { list: [{ deep: '{{what ever}}' }] } } },
    'the workflow has an unknown slot {{what ever}}',
  ],
  ['with an image that nobody gives', { 7: { inputs: { mark: '{{image}}' } } }, 'the slot {{image}} can stay empty'],
  ['with a mask that nobody gives', { 7: { inputs: { mark: '{{mask}}' } } }, 'the slot {{mask}} can stay empty'],
  ['with a strength it lacks', { 5: { inputs: { denoise: '{{strength}}' } } }, 'the slot {{strength}} can stay empty'],
])('a workflow %s is refused at the start', (_, change, problem) => {
  expect(create(withWorkflow(change))).toThrow(`comfyui/sd15: ${problem}`);
});

test.each([
  ['an image', { 4: { inputs: { image: 'photo.png' } } }, '{{image}}'],
  ['a strength', { 7: { inputs: { denoise: 0.5 } } }, '{{strength}}'],
])('a model that takes %s needs its slot', (_, change, slot) => {
  expect(create(withWorkflow(change), 'comfyui/sd15-img2img')).toThrow(`the workflow has no slot ${slot}`);
});

test('a model that takes a mask needs its slot', () => {
  const change = withWorkflow({ 6: { inputs: { image: 'mask.png' } } });
  expect(create(change, 'comfyui/sd15-inpainting')).toThrow('the workflow has no slot {{mask}}');
});

test('a second input image needs a slot of its own', () => {
  const change = { capabilities: { inputImages: { min: 1, max: 2 } } };
  expect(create(change, 'comfyui/sd15-img2img')).toThrow('the workflow has no slot {{image2}}');
});

test('an image that may be missing cannot fill a slot', () => {
  const change = { capabilities: { inputImages: { min: 0 } } };
  expect(create(change, 'comfyui/sd15-img2img')).toThrow('the slot {{image}} can stay empty');
});

test('a batch needs to be told its size', () => {
  const change = { capabilities: { picturesPerCall: 4 }, ...withWorkflow({ 4: { inputs: { batch_size: 1 } } }) };
  expect(create(change)).toThrow('the workflow has no slot {{count}}');
});

test('a steps slot without a default could stay empty', () => {
  expect(create({ capabilities: { steps: { default: null } } })).toThrow('the slot {{steps}} can stay empty');
});

test('a model that is told a ratio cannot fill a width', () => {
  const size = { kind: 'ratio', aspectRatios: ['1:1'], resolutions: [{ name: '1K', pixels: 1_000_000 }] };
  expect(create({ capabilities: { size } })).toThrow('the slot {{width}} can stay empty');
});

test('all problems of a workflow are told at once', () => {
  const change = withWorkflow({ 2: { inputs: { text: '{{propmt}}' } } });
  const lines = [
    'comfyui/sd15: the workflow has an unknown slot {{propmt}}.',
    "comfyui/sd15: the workflow has no slot {{prompt}}, which the model's capabilities need.",
  ];
  expect(create(change)).toThrow(lines.join('\n'));
});

test.each([
  ['no workflow', undefined],
  ['an empty one', {}],
  ['a text', 'workflow.json'],
  ['one that was saved for the browser', { last_node_id: 9, nodes: [{ id: 3, type: 'KSampler' }], links: [] }],
  ['a node without a class', { 1: { inputs: {} } }],
])('%s is refused at the start', (_, workflow) => {
  const whole = { name: 'Mine', vendorModel: 'mine', settings: { workflow } };
  expect(create(whole, 'comfyui/mine')).toThrow(
    'comfyui/mine: settings.workflow is no workflow in API format (in ComfyUI: “Export (API)”).',
  );
});

test('slots can stand inside longer texts, and numbers then become text', async (context) => {
  const standin = await startStandinFor(context);
  const inputs = { filename_prefix: 'lake/{{seed}}-{{ width }}', list: ['{{height}}', { deep: '{{steps}}' }] };
  const changes = {
    'comfyui/sd15': withWorkflow({
      2: { inputs: { text: 'best, {{prompt}}' } },
      7: { inputs },
      4: { _meta: { title: 'x' } },
    }),
  };
  await Array.fromAsync(order(standin, { at: { changes }, prompt: 'a $& lake' }));
  expect(inputsOf(standin, 'SaveImage')).toMatchObject({ filename_prefix: 'lake/7-512', list: [512, { deep: 20 }] });
  expect(inputsOf(standin, 'CLIPTextEncode')).toMatchObject({ text: 'best, a $& lake' });
});
