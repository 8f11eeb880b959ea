import type { ImageModel } from '../../src/domain/image-model.ts';
import { convertInput } from '../../src/inputs/convert-input.ts';
import { convertPicture } from '../../src/pictures/convert-picture.ts';
import { shrinkFrame } from '../../src/pictures/shrink-frame.ts';
import type { InputPicture, PictureOrder, Provider, ProviderEvent } from '../../src/providers/provider.ts';

/** An order for one picture of this model, all options left to it; what matters to a test is given by it. */
export function toOrder(model: ImageModel, wishes: Partial<PictureOrder> = {}): PictureOrder {
  const { size, outputFormats } = model.capabilities;
  return {
    model,
    prompt: 'A grey lake',
    negativePrompt: null,
    ...toSize(size),
    steps: null,
    guidanceScale: null,
    strength: null,
    style: null,
    styleIntensity: null,
    quality: null,
    background: null,
    compression: null,
    outputFormat: outputFormats[0],
    inputs: [],
    mask: null,
    pictures: [{ position: 0, seed: model.capabilities.seed === null ? null : 7 }],
    // Longer than any provider's own limit.
    timeoutMilliseconds: 1_000_000_000,
    webhookUrl: null,
    wakeUps: null,
    // In this process: what the lab does with them is told by its own tests.
    shrinkFrame: (bytes) => shrinkFrame(bytes).catch(() => undefined),
    signal: new AbortController().signal,
    ...wishes,
  };
}

function toSize(size: ImageModel['capabilities']['size']) {
  const none = { width: null, height: null, aspectRatio: null, resolution: null };
  if (size.kind === 'free') return { ...none, width: size.width.default, height: size.height.default };
  if (size.kind === 'listed') return { ...none, ...size.sizes[0] };
  return { ...none, aspectRatio: size.aspectRatios[0], resolution: size.resolutions[0].name };
}

export function toInput(bytes: Uint8Array, facts: Partial<InputPicture> = {}): InputPicture {
  return {
    mediaType: 'image/png',
    width: 64,
    height: 64,
    sizeBytes: bytes.byteLength,
    read: async () => new Uint8Array(bytes),
    // In this process, as with frames.
    convert: (conversion, signal) =>
      convertInput(() => convertPicture(bytes, conversion), { bytes, conversion, signal }),
    ...facts,
  };
}

export function findModel({ models }: Pick<Provider, 'models'>, slug: string): ImageModel {
  const model = models.find((one) => one.slug === slug);
  if (model === undefined) throw new Error(`There is no model ${slug}.`);
  return model;
}

export function eventsOf<Type extends ProviderEvent['type']>(events: readonly ProviderEvent[], type: Type) {
  return events.filter((event): event is Extract<ProviderEvent, { readonly type: Type }> => event.type === type);
}

/** What the provider throws. Fails when it throws nothing. */
export async function failureOf(events: AsyncIterable<ProviderEvent>): Promise<unknown> {
  try {
    await Array.fromAsync(events);
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}
