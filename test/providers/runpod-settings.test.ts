import { describe, expect, test } from 'vitest';
import type { ModelChanges } from '../../src/providers/model-definition.ts';
import { toEndpointUrl } from '../../src/providers/runpod/endpoint-url.ts';
import { findModel, toOrder } from '../support/orders.ts';
import { createTestProvider, graph, useRunpod } from './runpod-fixtures.ts';

const endpoint = 'https://api.runpod.ai/v2/abc123';

describe('RUNPOD_API_URL', () => {
  test.each(['', '/', '/run', '/runsync', '/run/', '//runsync//', '/runsync?wait=120000'])(
    'may be followed by %j',
    (rest) => {
      expect(toEndpointUrl(`${endpoint}${rest}`)).toBe(endpoint);
    },
  );

  test('may stand between blanks and name an endpoint that begins like an operation', () => {
    expect(toEndpointUrl(` ${endpoint}\n`)).toBe(endpoint);
    expect(toEndpointUrl('https://api.runpod.ai/v2/runner/run')).toBe('https://api.runpod.ai/v2/runner');
  });

  test.each([
    '',
    'abc123',
    'api.runpod.ai/v2/abc123',
    'ftp://api.runpod.ai/v2/abc123',
    'https://api.runpod.ai',
    'https://api.runpod.ai/run',
  ])('must name an endpoint, which %j does not', (text) => {
    expect(() => toEndpointUrl(text)).toThrow('RUNPOD_API_URL names no endpoint');
  });
});

describe('the provider', () => {
  const slugs = (settings: Parameters<typeof createTestProvider>[1]) => {
    const { models, offReason } = createTestProvider(endpoint, settings);
    return { slugs: models.map(({ slug }) => slug), offReason };
  };
  const hosted = ['flux-1-schnell', 'flux-1-dev', 'flux-1-kontext-dev', 'z-image-turbo', 'nano-banana-2-edit'];

  test('is on with a key and a URL, and its first model is the configured endpoint', () => {
    const all = ['endpoint', ...hosted].map((name) => `runpod/${name}`);
    expect(slugs({})).toEqual({ slugs: all, offReason: null });
  });

  test('is off without a key, and shows its models all the same', () => {
    const { slugs: shown, offReason } = slugs({ apiKey: undefined });
    expect(offReason).toBe('Set RUNPOD_API_KEY.');
    expect(shown).toContain('runpod/endpoint');
  });

  test('has only models with an endpoint of their own where no URL is set', () => {
    const own = hosted.map((name) => `runpod/${name}`);
    expect(slugs({ baseUrl: undefined })).toEqual({ slugs: own, offReason: null });
  });

  test('is off without a URL where no model has an endpoint of its own', () => {
    const changes = Object.fromEntries(hosted.map((name) => [`runpod/${name}`, null]));
    const expected = { slugs: ['runpod/endpoint'], offReason: 'Set RUNPOD_API_URL.' };
    expect(slugs({ baseUrl: undefined, changes })).toEqual(expected);
  });

  test('keeps the ranges that the classic routes had', () => {
    const { capabilities } = findModel(createTestProvider(endpoint), 'runpod/endpoint');
    const classic = { min: 0, max: 100, default: 27 };
    expect(capabilities).toMatchObject({ steps: classic, guidanceScale: classic, negativePrompt: true });
  });

  test('wants a picture where a model changes one', () => {
    const provider = createTestProvider(endpoint);
    const limits = ['flux-1-kontext-dev', 'nano-banana-2-edit'].map(
      (name) => findModel(provider, `runpod/${name}`).capabilities.inputImages,
    );
    expect(limits).toEqual([
      { min: 1, max: 1 },
      { min: 1, max: 14 },
    ]);
  });
});

describe('a model', () => {
  const runpod = useRunpod();

  test('with an endpoint of its own is found beside the configured one', async () => {
    const provider = runpod.createProvider({ baseUrl: `${runpod.standin.endpointUrl}/runsync/` });
    await Array.fromAsync(provider.generate(toOrder(findModel(provider, 'runpod/z-image-turbo'))));
    expect(runpod.asked('run').at(-1)?.path).toBe('/v2/z-image-turbo/run');
  });
});

describe('settings of a model', () => {
  const add = (settings: object) => {
    const model = { name: 'Mine', vendorModel: 'mine', settings };
    const changes: ModelChanges = { 'runpod/mine': model };
    return () => createTestProvider(endpoint, { apiKey: undefined, changes });
  };
  const workflow = (text: string) => ({ dialect: 'comfyui', workflow: { 6: { inputs: { text } } } });

  test('may be a workflow with its slots', () => {
    expect(add({ dialect: 'comfyui', workflow: graph })).not.toThrow();
  });

  test.each([
    [{ dialect: 'klingon' }, 'runpod/mine › settings › dialect › It is one of these: classic, sdxl, comfyui'],
    [{ dialect: 7 }, 'runpod/mine › settings › dialect'],
    [{ endpoint: '../admin' }, 'runpod/mine › settings › endpoint'],
    [{ endpoint: 'https://elsewhere.test/v2/x' }, 'runpod/mine › settings › endpoint'],
    [{ dialect: 'comfyui' }, 'runpod/mine › settings › workflow'],
    [{ dialect: 'comfyui', workflow: 'graph.json' }, 'runpod/mine › settings › workflow'],
    [workflow('a lake'), 'runpod/mine › settings › workflow › The slot {{prompt}} is missing.'],
    [workflow('{{prompt}} {{stile}}'), 'runpod/mine › settings › workflow › {{stile}} is no slot.'],
  ])('are refused when the provider is made: %j', (settings, message) => {
    expect(add(settings)).toThrow(message);
  });
});
