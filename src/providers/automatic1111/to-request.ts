import { z } from 'zod';
import type { ImageModel } from '../../domain/image-model.ts';
import type { InputPicture, OrderedPicture, PictureOrder } from '../provider.ts';

export interface GenerateRequest {
  readonly path: string;
  readonly body: object;
}

/** Without one the API makes 50, more than its own user interface does. */
const usualSteps = 20;

const modelSettings = z.strictObject({
  /** Laid under every request: a sampler, a scheduler, settings to override. */
  parameters: z.looseObject({ override_settings: z.record(z.string(), z.unknown()).optional() }).default({}),
});

/** Throws an `Error` with one line for each problem, which names the slug. */
export function readParameters({ slug, settings }: ImageModel) {
  const { data, error } = modelSettings.safeParse(settings);
  if (data !== undefined) return data.parameters;
  const lines = error.issues.map(({ path, message }) => `${[slug, 'settings', ...path].join(' › ')}: ${message}`);
  throw new Error(lines.join('\n'));
}

/** One call for all pictures of the order: the engine counts the seed up by itself. */
export async function toRequest(order: PictureOrder, taskId: string): Promise<GenerateRequest> {
  const { model, prompt, negativePrompt, steps, guidanceScale, width, height, pictures } = order;
  const parameters = readParameters(model);
  const body = {
    ...parameters,
    prompt,
    negative_prompt: negativePrompt ?? '',
    seed: pictures[0]?.seed ?? -1,
    steps: steps ?? usualSteps,
    cfg_scale: guidanceScale ?? undefined,
    width: width ?? undefined,
    height: height ?? undefined,
    batch_size: 1,
    n_iter: pictures.length,
    override_settings: { ...parameters.override_settings, ...toCheckpoint(model) },
    force_task_id: taskId,
  };
  const [input] = order.inputs;
  if (input === undefined) return { path: '/sdapi/v1/txt2img', body };
  return { path: '/sdapi/v1/img2img', body: { ...body, ...(await toInputs(order, input)) } };
}

function toCheckpoint({ vendorModel }: ImageModel) {
  return vendorModel === 'current' ? {} : { sd_model_checkpoint: vendorModel };
}

async function toInputs({ mask, strength, signal }: PictureOrder, input: InputPicture) {
  const image = {
    init_images: [toBase64(await input.read(signal))],
    denoising_strength: strength ?? undefined,
    // Cut to the shape that is asked for; by itself it stretches.
    resize_mode: 1,
  };
  if (mask === null) return image;
  return {
    ...image,
    // The engine paints where a mask is white; ours may change where it is transparent.
    mask: toBase64(await mask.convert({ to: 'white-mask' }, signal)),
    // As in its user interface: begin with what is there, and see the whole picture while painting a part of it.
    inpainting_fill: 1,
    inpaint_full_res: false,
  };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** A call counts its seeds up from the first: pictures whose seeds do not follow each other need calls of their own. */
export function splitBySeed(pictures: readonly OrderedPicture[]): readonly (readonly OrderedPicture[])[] {
  const runs: OrderedPicture[][] = [];
  for (const picture of pictures) {
    const run = runs.at(-1);
    if (run !== undefined && follows(picture, run.at(-1))) run.push(picture);
    else runs.push([picture]);
  }
  return runs;
}

function follows({ seed }: OrderedPicture, before: OrderedPicture | undefined): boolean {
  const last = before?.seed ?? null;
  return last === null ? seed === null : seed === last + 1;
}
