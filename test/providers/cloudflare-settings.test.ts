import { describe, expect, test } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import { toInput } from '../support/orders.ts';
import { openCloudflare, openProviders } from './cloudflare-setup.ts';

const createProvider = openProviders();
const create = (change: object) =>
  createProvider({
    url: 'http://127.0.0.1:9',
    changes: { 'cloudflare/mine': { name: 'Mine', vendorModel: '@cf/me/mine', ...change } },
  });

describe('a model that only configuration knows', async () => {
  const { generate, lastRequest } = await openCloudflare({
    'cloudflare/mine': {
      name: 'Mine',
      vendorModel: '@cf/stabilityai/stable-diffusion-xl-base-1.0',
      capabilities: { inputImages: { min: 0, max: 1 }, steps: { min: 1, max: 20 } },
      settings: {
        request: 'json',
        fields: { steps: 'num_steps' },
        inputs: { field: 'image', as: 'integers', longerSide: 64 },
      },
    },
  });

  test('is sent what its settings say, under the names that they say', async () => {
    const picture = await blankPicture(64, 64);
    await generate('cloudflare/mine', { steps: 9, guidanceScale: 4, inputs: [toInput(picture)] });
    expect(JSON.parse(lastRequest().body.toString())).toEqual({
      prompt: 'A grey lake',
      num_steps: 9,
      image: [...picture],
    });
  });
});

describe('settings are refused at the start', () => {
  test.each([
    { problem: 'no request', settings: {}, says: 'cloudflare/mine › settings › request' },
    { problem: 'an unknown request', settings: { request: 'xml' }, says: 'settings › request' },
    {
      problem: 'an option that we do not have',
      settings: { request: 'json', fields: { stepz: 'steps' } },
      says: 'cloudflare/mine › settings › fields',
    },
    {
      problem: 'files in JSON',
      settings: { request: 'json', inputs: { field: 'image', as: 'file' } },
      says: 'settings › inputs › as',
    },
  ])('for $problem', ({ settings, says }) => {
    expect(() => create({ settings })).toThrow(says);
  });

  test.each([
    {
      problem: 'input images',
      capabilities: { inputImages: { min: 0, max: 1 } },
      says: 'Say how input images are sent',
    },
    { problem: 'a mask', capabilities: { mask: true }, says: 'Say how a mask is sent' },
  ])('for $problem that the model takes and would never get', ({ capabilities, says }) => {
    expect(() => create({ capabilities, settings: { request: 'json' } })).toThrow(says);
  });

  test('for several input images that would all have one name', () => {
    const settings = { request: 'multipart', inputs: { field: 'image' } };
    expect(() => create({ capabilities: { inputImages: { min: 0, max: 2 } }, settings })).toThrow('{index}');
  });
});
