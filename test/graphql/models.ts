import { toModel } from '../support/blank-provider.ts';

/** Has what the blank model lacks. */
export const studioModel = toModel('studio/studio', { negativePrompt: true, styles: ['watercolor', 'ink'] });

/** Lacks all that a model may lack. */
export const bareModel = toModel('bare/bare', {
  seed: null,
  steps: null,
  size: {
    kind: 'ratio',
    aspectRatios: ['1:1', '3:2'],
    resolutions: [{ name: '1K', pixels: 1_048_576 }],
  },
});

const side = { min: 256, max: 2048, default: 1024 };

export const largeModel = toModel('large/large', {
  size: { kind: 'free', width: side, height: side, multipleOf: 8, area: null, maxRatio: null },
});
