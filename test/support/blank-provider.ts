import sharp from 'sharp';
import type { Capabilities, ImageModel } from '../../src/domain/image-model.ts';
import type { PictureOrder, Provider, ProviderEvent } from '../../src/providers/provider.ts';

/** A model with the least of everything; what matters to a test is given by it. */
export function toModel(slug: string, capabilities: Partial<Capabilities> = {}): ImageModel {
  const side = { min: 64, max: 2048, default: 64 };
  return {
    slug,
    name: 'Paints nothing',
    provider: slug.split('/')[0] ?? '',
    vendorModel: slug,
    priceUsd: '0.01',
    settings: {},
    capabilities: {
      progressKind: 'STEPS',
      previews: false,
      cancellable: true,
      maxCount: 4,
      picturesPerCall: 4,
      negativePrompt: false,
      seed: { max: 4_294_967_295 },
      size: { kind: 'free', width: side, height: side, multipleOf: 1, area: null, maxRatio: null },
      steps: { min: 1, max: 100, default: 1 },
      guidanceScale: null,
      strength: null,
      styles: null,
      styleIntensity: null,
      qualities: null,
      backgrounds: null,
      compression: null,
      outputFormats: ['PNG'],
      inputImages: { min: 0, max: 0 },
      mask: false,
      ...capabilities,
    },
  };
}

export const blankModel = toModel('blank/blank');

const blankPictures = new Map<string, Promise<Buffer>>();

/** A grey PNG, made once for each size; of 64 pixels where a model is told none. */
export function blankPicture(wantedWidth: number | null, wantedHeight: number | null): Promise<Buffer> {
  const [width, height] = [wantedWidth ?? 64, wantedHeight ?? 64];
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
  return {
    name: model.provider,
    models: [model],
    offReason: null,
    repeatable: true,
    timeoutMilliseconds: 600_000,
    generate,
  };
}
