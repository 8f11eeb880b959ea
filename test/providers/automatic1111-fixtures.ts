import { createSecret } from '../../src/domain/secret.ts';
import {
  automatic1111Models,
  createAutomatic1111Provider,
} from '../../src/providers/automatic1111/automatic1111-provider.ts';
import { type ModelChanges, readModels } from '../../src/providers/model-definition.ts';
import type {
  PictureOrder,
  PreviewReport,
  ProgressReport,
  Provider,
  ProviderEvent,
} from '../../src/providers/provider.ts';
import { findModel, toOrder } from '../support/orders.ts';
import type { Standin } from '../support/standins/standin.ts';

export interface EngineAt {
  readonly url: string | undefined;
  readonly timeoutMilliseconds?: number;
  readonly pollMilliseconds?: number;
  readonly changes?: ModelChanges;
}

/** Looks at the progress far more often than it usually would. Downloads nothing. */
export function createProvider({ url, changes = {}, ...times }: EngineAt): Provider {
  const downloader = {
    download: () => Promise.reject(new Error('Nothing is to be downloaded.')),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const models = readModels('automatic1111', automatic1111Models, changes);
  const dependencies = { fetch, downloader, clock: Date };
  const baseUrl = url === undefined ? undefined : createSecret(url);
  return createAutomatic1111Provider(dependencies, { baseUrl, models, pollMilliseconds: 5, ...times });
}

export const currentModel = (provider: Provider) => findModel(provider, 'automatic1111/current');

/** Orders from the loaded checkpoint, as it usually is in tests. */
export function order({ url }: Pick<Standin, 'url'>, wishes: Partial<PictureOrder> = {}): AsyncIterable<ProviderEvent> {
  const provider = createProvider({ url });
  return provider.generate(toOrder(currentModel(provider), { width: 64, height: 64, ...wishes }));
}

/** The bodies that were sent to this path, oldest first. */
export function bodiesOf({ received }: Pick<Standin, 'received'>, path: string) {
  return received.filter((request) => request.path === path).map(({ body }) => JSON.parse(body.toString()));
}

/** Reads on until the progress of this step, and no further. */
export async function readToStep(events: AsyncIterator<ProviderEvent>, step: number): Promise<ProgressReport> {
  for (let next = await events.next(); !next.done; next = await events.next()) {
    if (next.value.type === 'progress' && next.value.step === step) return next.value;
  }
  throw new Error(`Step ${step} was never told.`);
}

export async function readToPreview(events: AsyncIterator<ProviderEvent>): Promise<PreviewReport> {
  for (let next = await events.next(); !next.done; next = await events.next()) {
    if (next.value.type === 'preview') return next.value;
  }
  throw new Error('No preview came.');
}

/** All that is left. */
export async function readOn(events: AsyncIterator<ProviderEvent>): Promise<readonly ProviderEvent[]> {
  const rest: ProviderEvent[] = [];
  for (let next = await events.next(); !next.done; next = await events.next()) rest.push(next.value);
  return rest;
}

export const seedsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, position) => ({ position, seed: first + position }));

/**
 * What test/test_txt2img.py of AUTOMATIC1111/stable-diffusion-webui sends (commit 255da37d): names and values, re-typed.
 */
export const publishedTextToImage = {
  batch_size: 1,
  cfg_scale: 7,
  denoising_strength: 0,
  enable_hr: false,
  eta: 0,
  firstphase_height: 0,
  firstphase_width: 0,
  height: 64,
  n_iter: 1,
  negative_prompt: '',
  prompt: 'example prompt',
  restore_faces: false,
  s_churn: 0,
  s_noise: 1,
  s_tmax: 0,
  s_tmin: 0,
  sampler_index: 'Euler a',
  seed: -1,
  seed_resize_from_h: -1,
  seed_resize_from_w: -1,
  steps: 3,
  styles: [],
  subseed: -1,
  subseed_strength: 0,
  tiling: false,
  width: 64,
};

const { enable_hr: _, firstphase_height: __, firstphase_width: ___, ...shared } = publishedTextToImage;

/** The same of test/test_img2img.py, without its picture. */
export const publishedImageToImage = {
  ...shared,
  denoising_strength: 0.75,
  include_init_images: false,
  inpaint_full_res: false,
  inpaint_full_res_padding: 0,
  inpainting_fill: 0,
  inpainting_mask_invert: false,
  mask: null,
  mask_blur: 4,
  override_settings: {},
  resize_mode: 0,
};
