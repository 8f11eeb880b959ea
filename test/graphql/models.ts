import type { ImageModel } from '../../src/domain/image-model.ts';
import { blankModel } from '../support/blank-provider.ts';

/** Has what the blank model lacks. */
export const studioModel: ImageModel = {
  ...blankModel,
  slug: 'studio/studio',
  name: 'Paints as told',
  provider: 'studio',
  capabilities: { ...blankModel.capabilities, negativePrompt: true, styles: ['watercolor', 'ink'] },
};

/** Lacks all that a model may lack. */
export const bareModel: ImageModel = {
  ...blankModel,
  slug: 'bare/bare',
  name: 'Takes a prompt, no more',
  provider: 'bare',
  capabilities: { ...blankModel.capabilities, seed: null, steps: null, aspectRatios: ['1:1', '3:2'] },
};

const side = { min: 256, max: 2048, default: 1024 };

export const largeModel: ImageModel = {
  ...blankModel,
  slug: 'large/large',
  name: 'Paints large',
  provider: 'large',
  capabilities: { ...blankModel.capabilities, width: side, height: side },
};
