import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { createVendors } from '../src/vendors.ts';
import { createTemporaryDirectory } from './embedded/owner.ts';

async function open(content: string, environment: Readonly<Record<string, string>> = {}) {
  await using directory = await createTemporaryDirectory();
  const file = join(directory.path, 'models.json');
  await writeFile(file, content);
  return createVendors(readConfig({ MODELS_FILE: file, ...environment }, '/no/such/file'), { now: Date.now });
}

test('a file adds servers and models, changes models and takes them away', async () => {
  await using vendors = await open(
    JSON.stringify({
      servers: { local: { label: 'Our own', baseUrl: 'http://127.0.0.1:1/v1/' } },
      models: {
        'local/sd35': { name: 'SD 3.5', vendorModel: 'sd3.5', settings: { dialect: 'plain' } },
        'openai/gpt-image-2': { priceUsd: '0.5' },
        'nebius/sdxl': null,
      },
    }),
  );
  const models = vendors.providers.flatMap((provider) => provider.models);
  const find = (slug: string) => models.find((model) => model.slug === slug);
  expect(find('local/sd35')).toMatchObject({ provider: 'local', name: 'SD 3.5' });
  expect(find('openai/gpt-image-2')).toMatchObject({ priceUsd: '0.5', name: expect.stringContaining('GPT') });
  expect(find('nebius/sdxl')).toBeUndefined();
  expect(vendors.providers.find(({ name }) => name === 'local')?.offReason).toBeNull();
});

test.each([
  ['{', /^MODELS_FILE: .* is no JSON\.$/],
  ['[]', /^MODELS_FILE: /],
  [
    '{"models":{"openai/gpt-image-2":{"capabilities":{"maxCount":"many"}}}}',
    /^openai\/gpt-image-2 › capabilities › maxCount: /,
  ],
  ['{"models":{"nobody/nothing":{"name":"x","vendorModel":"x"}}}', /^MODELS_FILE: nobody makes nobody\/nothing\.$/],
  ['{"servers":{"local":{"label":"x","baseUrl":"ftp://x"}}}', /^MODELS_FILE: servers › local › baseUrl › /],
  [
    '{"models":{"comfyui/sd15":{"settings":{"workflow":{"1":{"class_type":"KSampler","inputs":{}}}}}}}',
    /comfyui\/sd15/,
  ],
])('%s stops the start', async (content, message) => {
  await expect(open(content)).rejects.toThrow(message);
});

test('a file that is not there stops the start', async () => {
  const config = readConfig({ MODELS_FILE: '/no/such/models.json' }, '/no/such/file');
  expect(() => createVendors(config, { now: Date.now })).toThrow('MODELS_FILE: /no/such/models.json cannot be read.');
});

test('an enhancer that is named and has no key stops the start', async () => {
  await expect(open('{}', { ENHANCER: 'gemini' })).rejects.toThrow('ENHANCER: gemini needs GEMINI_API_KEY.');
});

test.each([
  [{}, 'builtin'],
  [{ GEMINI_API_KEY: 'key' }, 'gemini'],
  [{ GEMINI_API_KEY: 'key', OPENAI_API_KEY: 'key' }, 'openai'],
  [{ OPENAI_API_KEY: 'key', ENHANCER: 'builtin' }, 'builtin'],
])('with %j the enhancer is %s', async (environment, provider) => {
  await using vendors = await open('{}', environment);
  expect(vendors.enhancer.provider).toBe(provider);
});
