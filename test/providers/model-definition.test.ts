import { describe, expect, test } from 'vitest';
import { type ModelChanges, readModels } from '../../src/providers/model-definition.ts';

const side = { min: 64, max: 512, default: 128 };
const definitions = {
  'paint/one': {
    name: 'One',
    vendorModel: 'one',
    priceUsd: '0.01',
    capabilities: {
      steps: { min: 1, max: 50, default: 20 },
      size: { kind: 'free', width: side, height: side },
    },
    settings: { workflow: { '1': { inputs: {} } }, endpoint: 'a' },
  },
  'paint/two': { name: 'Two', vendorModel: 'two' },
};

function read(changes: ModelChanges) {
  return readModels('paint', definitions, changes);
}

function problemsOf(changes: ModelChanges): readonly string[] {
  try {
    read(changes);
  } catch (error) {
    return (error as Error).message.split('\n');
  }
  throw new Error('It was taken.');
}

describe('the models of a provider', () => {
  test('are what comes along, and what a definition leaves out, a model lacks', () => {
    const [, two] = read({});
    expect(two).toMatchObject({ slug: 'paint/two', provider: 'paint', priceUsd: null, settings: {} });
    expect(two?.capabilities).toMatchObject({ maxCount: 4, picturesPerCall: 1, steps: null, mask: false });
  });

  test('are changed in parts, and keep the rest', () => {
    const [one] = read({ 'paint/one': { priceUsd: '0.02', capabilities: { steps: { default: 30 }, maxCount: 1 } } });
    expect(one).toMatchObject({ name: 'One', priceUsd: '0.02' });
    expect(one?.capabilities).toMatchObject({ maxCount: 1, steps: { min: 1, max: 50, default: 30 } });
  });

  test('are added, and taken away', () => {
    const models = read({ 'paint/three': { name: 'Three', vendorModel: 'three' }, 'paint/one': null });
    expect(models.map(({ slug }) => slug)).toEqual(['paint/two', 'paint/three']);
  });

  test('leave alone what is said of other providers', () => {
    expect(read({ 'other/one': { name: 'Other', vendorModel: 'other' } })).toEqual(read({}));
  });

  test('take another size rule as a whole', () => {
    const size = { kind: 'listed', sizes: [{ width: 64, height: 64 }] };
    expect(read({ 'paint/one': { capabilities: { size } } })[0]?.capabilities.size).toEqual(size);
  });

  test('take a setting as a whole, since half a workflow is none', () => {
    const settings = { workflow: { '9': { inputs: {} } } };
    expect(read({ 'paint/one': { settings } })[0]?.settings).toEqual({ ...settings, endpoint: 'a' });
  });
});

test('every mistake is told with where it is', () => {
  const changes = {
    'paint/one': { priceUsd: 'free', capabilities: { steps: { min: 'few' }, colour: true } },
    'paint/new': { name: 'No model of a vendor' },
  };
  const problems = problemsOf(changes);
  expect(problems.map((problem) => problem.split(': ')[0])).toEqual([
    'paint/one › priceUsd',
    'paint/one › capabilities › steps › min',
    'paint/one › capabilities',
    'paint/new › vendorModel',
  ]);
});
