import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createSketchProvider } from '../../src/providers/sketch/sketch-provider.ts';
import { createVendors } from '../../src/vendors.ts';
import { toCapabilityPage } from '../support/capability-table.ts';

test('docs/capabilities.md says what the models that come along accept', async () => {
  await using sketch = createSketchProvider({ stepMilliseconds: 0 });
  await using vendors = createVendors(readConfig({}, '/no/such/file'), { now: Date.now });
  const models = [sketch, ...vendors.providers].flatMap((provider) => provider.models);
  await expect(toCapabilityPage(models)).toMatchFileSnapshot('../../docs/capabilities.md');
});

test('without any key every vendor is off, and says what to set', async () => {
  await using vendors = createVendors(readConfig({}, '/no/such/file'), { now: Date.now });
  const reasons = vendors.providers.map(({ name, offReason }) => [name, offReason]);
  for (const [, reason] of reasons) expect(reason).toMatch(/^Set [A-Z0-9_]+/);
  expect(reasons.map(([name]) => name)).toEqual([
    'openai',
    'nebius',
    'gemini',
    'cloudflare',
    'runpod',
    'replicate',
    'fal',
    'comfyui',
    'automatic1111',
  ]);
});
