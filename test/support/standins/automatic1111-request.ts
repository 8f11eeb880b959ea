import sharp from 'sharp';
import { z } from 'zod';
import type { ReceivedRequest } from './standin.ts';

/** What the API says to a request that it does not take. */
export class RefusedBody extends Error {
  override readonly name = 'RefusedBody';
  readonly status: number;
  readonly detail: string | readonly object[];

  constructor(status: number, detail: string | readonly object[]) {
    super(JSON.stringify(detail));
    this.status = status;
    this.detail = detail;
  }
}

const base64Image = z.string().min(1);
const fraction = z.number().min(0).max(1);

/**
 * The fields that AUTOMATIC1111 and Forge know (modules/api/models.py, modules/processing.py), as far as anybody here may
 * send them. The real one passes over what it does not know; a name that is misspelled shall not go unnoticed here.
 */
const textToImage = z.strictObject({
  prompt: z.string(),
  negative_prompt: z.string().default(''),
  styles: z.array(z.string()).optional(),
  seed: z.int().min(-1).max(4_294_967_295).default(-1),
  subseed: z.int().optional(),
  subseed_strength: z.number().optional(),
  seed_resize_from_h: z.int().optional(),
  seed_resize_from_w: z.int().optional(),
  sampler_name: z.string().nullish(),
  sampler_index: z.string().optional(),
  scheduler: z.string().nullish(),
  batch_size: z.int().min(1).default(1),
  n_iter: z.int().min(1).default(1),
  steps: z.int().min(1).default(50),
  cfg_scale: z.number().default(7),
  distilled_cfg_scale: z.number().optional(),
  width: z.int().min(8).multipleOf(8).default(512),
  height: z.int().min(8).multipleOf(8).default(512),
  restore_faces: z.boolean().optional(),
  tiling: z.boolean().optional(),
  eta: z.number().nullish(),
  s_churn: z.number().optional(),
  s_tmax: z.number().optional(),
  s_tmin: z.number().optional(),
  s_noise: z.number().optional(),
  denoising_strength: fraction.optional(),
  enable_hr: z.boolean().optional(),
  firstphase_width: z.int().optional(),
  firstphase_height: z.int().optional(),
  override_settings: z.record(z.string(), z.unknown()).optional(),
  override_settings_restore_afterwards: z.boolean().optional(),
  alwayson_scripts: z.record(z.string(), z.unknown()).optional(),
  send_images: z.boolean().optional(),
  save_images: z.boolean().optional(),
  force_task_id: z.string().optional(),
  init_images: z.never().optional(),
});

const imageToImage = z.strictObject({
  ...textToImage.shape,
  init_images: z.array(base64Image).min(1).optional(),
  mask: base64Image.nullish(),
  resize_mode: z.int().min(0).max(3).optional(),
  include_init_images: z.boolean().optional(),
  inpainting_fill: z.int().min(0).max(3).optional(),
  inpaint_full_res: z.boolean().optional(),
  inpaint_full_res_padding: z.int().optional(),
  inpainting_mask_invert: z.union([z.boolean(), z.int()]).optional(),
  mask_blur: z.int().optional(),
});

export type GenerateBody = z.infer<typeof textToImage> | z.infer<typeof imageToImage>;

const samplers = ['Euler', 'Euler a', 'DPM++ 2M', 'DDIM', 'UniPC'];

/** Throws `RefusedBody` as the API would refuse. */
export async function readGenerateBody({ headers, body }: ReceivedRequest, takesImage: boolean): Promise<GenerateBody> {
  const isJson = headers['content-type']?.startsWith('application/json');
  const parsed = (takesImage ? imageToImage : textToImage).safeParse(isJson ? JSON.parse(body.toString()) : undefined);
  if (!parsed.success) throw new RefusedBody(422, parsed.error.issues.map(toDetail));
  const { sampler_name } = parsed.data;
  if (sampler_name && !samplers.includes(sampler_name)) throw new RefusedBody(400, 'Sampler not found');
  if (takesImage && parsed.data.init_images === undefined) throw new RefusedBody(404, 'Init image not found');
  const mask = 'mask' in parsed.data ? (parsed.data.mask ?? []) : [];
  for (const image of [parsed.data.init_images ?? [], mask].flat()) await checkImage(image);
  return parsed.data;
}

function toDetail({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }) {
  return { loc: ['body', ...path.map(String)], msg: message, type: 'value_error' };
}

async function checkImage(text: string): Promise<void> {
  const base64 = text.startsWith('data:image/') ? text.slice(text.indexOf(',') + 1) : text;
  try {
    await sharp(Buffer.from(base64, 'base64')).stats();
  } catch {
    throw new RefusedBody(500, 'Invalid encoded image');
  }
}
