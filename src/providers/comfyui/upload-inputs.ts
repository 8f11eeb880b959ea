import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import type { InputPicture, PictureOrder } from '../provider.ts';
import type { Engine } from './engine.ts';
import { uploadReply } from './read-reply.ts';

/** By the names that ComfyUI's loaders know them by. */
export interface UploadedInputs {
  readonly images: readonly string[];
  readonly mask: string | undefined;
}

type Upload = Pick<InputPicture, 'mediaType' | 'read'>;

/** One after the other, so that only one is held at a time. */
export async function uploadInputs(engine: Engine, order: PictureOrder): Promise<UploadedInputs> {
  const images: string[] = [];
  for (const input of order.inputs) images.push(await upload(engine, input, order.signal));
  const mask = findMask(order);
  return { images, mask: mask && (await upload(engine, mask, order.signal)) };
}

/** A workflow with a mask needs one also where none is given: then all may change. */
function findMask({ model, inputs, mask }: PictureOrder): Upload | undefined {
  const [first] = inputs;
  if (!model.capabilities.mask || first === undefined) return undefined;
  return mask ?? { mediaType: 'image/png', read: () => paintOpenMask(first) };
}

/** Our own pixels: nothing is decoded here. */
async function paintOpenMask({ width, height }: InputPicture) {
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  const create = { width, height, channels: 4, background } as const;
  return new Uint8Array(await sharp({ create }).png().toBuffer());
}

async function upload(engine: Engine, { mediaType, read }: Upload, signal: AbortSignal): Promise<string> {
  const form = new FormData();
  const name = `darkroom-${randomUUID()}.${mediaType.replace('image/', '')}`;
  form.set('image', new Blob([await read(signal)], { type: mediaType }), name);
  form.set('type', 'input');
  form.set('overwrite', 'true');
  const stored = await engine.ask(uploadReply, { method: 'POST', path: '/upload/image', body: form, signal });
  return stored.subfolder === '' ? stored.name : `${stored.subfolder}/${stored.name}`;
}
