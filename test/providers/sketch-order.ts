import type { PictureOrder, Provider } from '../../src/providers/provider.ts';
import { eventsOf, toOrder } from '../support/orders.ts';

/** A small order for the built-in painter; what matters to a test is given by it. */
export function sketchOrder(provider: Provider, wishes: Partial<PictureOrder> = {}): PictureOrder {
  const [model] = provider.models;
  if (model === undefined) throw new Error('The provider has no model.');
  return toOrder(model, {
    prompt: 'mountains and a lake at sunset',
    width: 96,
    height: 72,
    steps: 6,
    pictures: [{ position: 0, seed: 1 }],
    ...wishes,
  });
}

/** The bytes of the only picture that is ordered. */
export async function paintOne(provider: Provider, wishes: Partial<PictureOrder> = {}): Promise<Buffer> {
  const events = await Array.fromAsync(provider.generate(sketchOrder(provider, wishes)));
  const [picture] = eventsOf(events, 'picture');
  if (picture === undefined) throw new Error('No picture came.');
  return Buffer.from(picture.bytes);
}
