import sharp from 'sharp';
import type { ImageModel } from '../../src/domain/image-model.ts';
import type { PictureOrder, Provider, ProviderEvent } from '../../src/providers/provider.ts';

export const blankModel: ImageModel = {
  slug: 'blank/blank',
  name: 'Paints nothing',
  provider: 'blank',
  priceUsd: '0.01',
  capabilities: {
    progressKind: 'STEPS',
    previews: false,
    cancellable: true,
    maxCount: 4,
    negativePrompt: false,
    seed: { max: 4_294_967_295 },
    width: { min: 64, max: 2048, default: 64 },
    height: { min: 64, max: 2048, default: 64 },
    aspectRatios: null,
    steps: { min: 1, max: 100, default: 1 },
    styles: null,
    outputFormats: ['PNG'],
  },
};

const blankPictures = new Map<string, Promise<Buffer>>();

/** A grey PNG, made once for each size. */
export function blankPicture(width: number, height: number): Promise<Buffer> {
  const key = `${width}x${height}`;
  const made = blankPictures.get(key);
  if (made !== undefined) return made;
  const picture = sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .png()
    .toBuffer();
  blankPictures.set(key, picture);
  return picture;
}

/** Answers at once with a grey picture for each that is ordered. */
export function createBlankProvider(): Provider {
  return createScriptedProvider(async function* ({ pictures, width, height }) {
    for (const { position, seed } of pictures) {
      yield { type: 'picture', position, seed, bytes: await blankPicture(width, height) };
    }
  });
}

/** Does what a test says: waits, fails, sends garbage. */
export function createScriptedProvider(
  generate: (order: PictureOrder) => AsyncIterable<ProviderEvent>,
  model: ImageModel = blankModel,
): Provider {
  return { name: model.provider, models: [model], repeatable: true, generate };
}
