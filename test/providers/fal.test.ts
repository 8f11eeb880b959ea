import { describe, expect, test } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, findModel, toInput } from '../support/orders.ts';
import { startFalStandin } from '../support/standins/fal.ts';
import { openFal, openProviders, schnell, submitsOf } from './fal-fixtures.ts';
import { bodyOf } from './job-stage.ts';
import { describeProvider, secret } from './provider-contract.ts';

describeProvider('fal', {
  startStandin: startFalStandin,
  createProvider: openProviders(),
  findModel: (provider) => findModel(provider, schnell),
  submitPath: /^\/fal-ai\/flux\/schnell$/,
  cancelPath: /\/cancel$/,
  hasKey: true,
});

const combine = {
  name: 'Combines',
  vendorModel: 'workflows/somebody/combine/edit',
  capabilities: {
    negativePrompt: true,
    mask: true,
    inputImages: { min: 1, max: 3 },
    styles: ['ink'],
    styleIntensity: { min: 0, max: 1 },
    qualities: ['high'],
    backgrounds: ['opaque'],
    strength: { min: 0, max: 1 },
    outputFormats: ['WEBP'],
  },
  settings: {
    fields: {
      prompt: 'instruction',
      seed: 'noise_seed',
      negativePrompt: 'avoid',
      inputImages: 'image_urls',
      mask: 'mask_url',
      style: 'style',
      styleIntensity: 'style_weight',
      quality: 'quality',
      background: 'background',
      strength: 'strength',
      outputFormat: 'format',
    },
    formats: { WEBP: 'image/webp' },
    input: { enable_safety_checker: true, format: 'png' },
  },
};
const { standin, generate, provider, createProvider } = await openFal({ 'fal/combine': combine });

test('a simple order is exactly this on the wire', async () => {
  const before = standin.received.length;
  await Array.fromAsync(generate({ pictures: [{ position: 0, seed: null }] }));
  const [submit, ...follows] = standin.received.slice(before);
  expect(submit).toMatchObject({ method: 'POST', path: '/fal-ai/flux/schnell' });
  expect(submit?.headers).toMatchObject({
    authorization: `Key ${secret}`,
    'content-type': 'application/json',
    'x-fal-request-timeout': '600',
  });
  expect(bodyOf(submit)).toEqual({
    prompt: 'A grey lake',
    image_size: { width: 1024, height: 1024 },
    num_images: 1,
    output_format: 'jpeg',
  });
  // The path without its last part, which names an endpoint of the app.
  const request = '/fal-ai/flux/requests/00000000-0000-4000-8000-000000000001';
  const asked = follows.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(asked.slice(0, -2))).toEqual(new Set([`GET ${request}/status?logs=1`]));
  expect(asked.at(-2)).toBe(`GET ${request}`);
  expect(follows.at(-2)?.headers).toMatchObject({ authorization: `Key ${secret}` });
  // The pictures lie elsewhere: nobody there gets to see our key.
  expect(asked.at(-1)).toMatch(/^GET \/files\//);
  expect(follows.at(-1)?.headers).not.toHaveProperty('authorization');
});

test('a deadline of the order is told where it is nearer than the usual one', async () => {
  await Array.fromAsync(generate({ timeoutMilliseconds: 40_500 }));
  expect(submitsOf(standin).at(-1)?.headers).toMatchObject({ 'x-fal-request-timeout': '41' });
});

test('a full order carries every option under the name that the model has for it', async () => {
  const bytes = await blankPicture(64, 64);
  const wishes = {
    prompt: 'Snow on it',
    aspectRatio: '16:9',
    guidanceScale: 2.5,
    outputFormat: 'PNG',
    inputs: [toInput(bytes, { mediaType: 'image/webp' })],
    pictures: [{ position: 0, seed: 11 }],
  } as const;
  await Array.fromAsync(generate(wishes, 'fal/flux-kontext'));
  expect(submitsOf(standin).at(-1)?.path).toBe('/fal-ai/flux-pro/kontext');
  expect(bodyOf(submitsOf(standin).at(-1))).toEqual({
    prompt: 'Snow on it',
    aspect_ratio: '16:9',
    guidance_scale: 2.5,
    output_format: 'png',
    num_images: 1,
    seed: 11,
    image_url: `data:image/webp;base64,${bytes.toString('base64')}`,
  });
});

test('a model that is known by its configuration alone gets what that names, and nothing else', async () => {
  const [one, other] = [await blankPicture(64, 64), await blankPicture(32, 32)];
  const wishes = { negativePrompt: 'fog', style: 'ink', styleIntensity: 0.5, quality: 'high', background: 'opaque' };
  const images = { inputs: [toInput(one), toInput(other)], mask: toInput(other), strength: 0.25 };
  await Array.fromAsync(generate({ ...wishes, ...images }, 'fal/combine')).catch(() => undefined);
  const dataUrl = (bytes: Buffer) => `data:image/png;base64,${bytes.toString('base64')}`;
  expect(submitsOf(standin).at(-1)?.path).toBe('/workflows/somebody/combine/edit');
  expect(bodyOf(submitsOf(standin).at(-1))).toEqual({
    instruction: 'A grey lake',
    avoid: 'fog',
    style: 'ink',
    style_weight: 0.5,
    quality: 'high',
    background: 'opaque',
    strength: 0.25,
    format: 'image/webp',
    enable_safety_checker: true,
    image_urls: [dataUrl(one), dataUrl(other)],
    mask_url: dataUrl(other),
  });
});

describe('every model of ours', () => {
  const slugs = ['fal/flux-schnell', 'fal/flux-dev', 'fal/flux-kontext'];
  test.each(slugs)('%s is ordered in a way that its published schema takes', async (slug) => {
    const { inputImages } = findModel(provider, slug).capabilities;
    const inputs = inputImages.max === 0 ? [] : [toInput(await blankPicture(64, 64))];
    expect(eventsOf(await Array.fromAsync(generate({ inputs }, slug)), 'picture')).toHaveLength(1);
  });
});

describe('the configuration', () => {
  test('says what to set when there is no key', () => {
    expect(createProvider({ url: standin.url, apiKey: undefined }).offReason).toBe('Set FAL_KEY.');
    expect(createProvider({ url: standin.url }).offReason).toBeNull();
  });

  test.each([
    ['an option that there is not', { settings: { fields: { colour: 'x' } } }, /flux-dev › settings › fields/],
    ['no name for the mask', { capabilities: { mask: true } }, /flux-dev › settings › fields › mask/],
    ['no name for the input image', { capabilities: { inputImages: { min: 0, max: 1 } } }, /fields › inputImage/],
    ['a setting of another vendor', { settings: { version: '1' } }, /flux-dev › settings.*version/],
  ])('is refused at the start with %s', (_, change, message) => {
    expect(() => createProvider({ url: standin.url, changes: { 'fal/flux-dev': change } })).toThrow(message);
  });
});
