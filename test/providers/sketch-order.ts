import type { PictureOrder, Provider, ProviderEvent } from '../../src/providers/provider.ts';

/** A small order for the built-in painter; what matters to a test is given by it. */
export function sketchOrder(provider: Provider, wishes: Partial<PictureOrder> = {}): PictureOrder {
  const [model] = provider.models;
  if (model === undefined) throw new Error('The provider has no model.');
  return {
    model,
    prompt: 'mountains and a lake at sunset',
    negativePrompt: null,
    width: 96,
    height: 72,
    steps: 6,
    style: null,
    outputFormat: 'PNG',
    pictures: [{ position: 0, seed: 1 }],
    signal: new AbortController().signal,
    ...wishes,
  };
}

export function eventsOf<Type extends ProviderEvent['type']>(events: readonly ProviderEvent[], type: Type) {
  return events.filter((event): event is Extract<ProviderEvent, { readonly type: Type }> => event.type === type);
}

/** The bytes of the only picture that is ordered. */
export async function paintOne(provider: Provider, wishes: Partial<PictureOrder> = {}): Promise<Buffer> {
  const events = await Array.fromAsync(provider.generate(sketchOrder(provider, wishes)));
  const [picture] = eventsOf(events, 'picture');
  if (picture === undefined) throw new Error('No picture came.');
  return Buffer.from(picture.bytes);
}
