import type { ImageModel } from '../../../domain/image-model.ts';
import type { PictureOrder } from '../../provider.ts';

/** What a worker gets as the `input` of its job; nulls are left out of it. The input images come as data URLs. */
export type ToInput = (order: PictureOrder, images: readonly string[]) => Readonly<Record<string, unknown>>;

/** How one kind of worker is asked. Throws an `Error` for a model whose settings it cannot work by. */
export type Dialect = (model: ImageModel) => ToInput;

/** One job takes one seed: that of its first picture. */
export function seedOf({ pictures }: PictureOrder): number | null {
  return pictures[0]?.seed ?? null;
}
