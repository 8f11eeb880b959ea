import { describe, expect, test } from 'vitest';
import type { PictureOrder } from '../../src/providers/provider.ts';
import { failureOf, findModel, toInput, toOrder } from '../support/orders.ts';
import { standinPicture } from './provider-contract.ts';
import { graph, useRunpod } from './runpod-fixtures.ts';

const runpod = useRunpod();
const picture = await standinPicture();
const dataUrl = `data:image/png;base64,${picture.toString('base64')}`;
const photo = toInput(picture);

/** For workers that are not in the models which come with Darkroom. */
const changes = {
  'runpod/sdxl': {
    name: 'SDXL',
    vendorModel: 'sdxl',
    settings: { dialect: 'sdxl', endpoint: 'sdxl' },
    capabilities: { seed: { max: 65_535 }, picturesPerCall: 2 },
  },
  'runpod/workflow': {
    name: 'A workflow',
    vendorModel: 'comfyui',
    settings: { dialect: 'comfyui', endpoint: 'comfyui', workflow: graph },
    capabilities: { seed: { max: 9_999 } },
  },
  'runpod/endpoint': { capabilities: { styles: ['anime'], styleIntensity: { min: 0, max: 1 } } },
};

/** The `input` that an order becomes, for a worker that takes it. */
async function inputOf(slug: string, wishes: Partial<PictureOrder> = {}): Promise<unknown> {
  const provider = runpod.createProvider({ changes });
  await Array.fromAsync(provider.generate(toOrder(findModel(provider, slug), wishes)));
  return runpod.lastRun().input;
}

const everything = {
  prompt: 'A grey lake',
  negativePrompt: 'people',
  width: 1024,
  height: 768,
  steps: 8,
  guidanceScale: 6.5,
  pictures: [{ position: 0, seed: 42 }],
} as const;

describe('what a worker is asked for', () => {
  test('in the classic words, the simple order', async () => {
    expect(await inputOf('runpod/endpoint')).toEqual({ prompt: 'A grey lake', width: 1280, height: 720, seed: 7 });
  });

  test('in the classic words, the full order', async () => {
    const style = { aspectRatio: '4:3', strength: 0.4, style: 'anime', styleIntensity: 0.7 };
    expect(await inputOf('runpod/endpoint', { ...everything, ...style, inputs: [photo, photo] })).toEqual({
      prompt: 'A grey lake',
      negative_prompt: 'people',
      num_inference_steps: 8,
      guidance_scale: 6.5,
      width: 1024,
      height: 768,
      aspect_ratio: '4:3',
      seed: 42,
      strength: 0.4,
      style: 'anime',
      style_intensity: 0.7,
      images: [dataUrl, dataUrl],
    });
  });

  test('of worker-sdxl, which takes no key that it does not know', async () => {
    const size = { width: 1024, height: 1024 };
    expect(await inputOf('runpod/sdxl')).toEqual({ prompt: 'A grey lake', ...size, seed: 7, num_images: 1 });
    const pictures = [
      { position: 0, seed: 42 },
      { position: 1, seed: 43 },
    ];
    expect(await inputOf('runpod/sdxl', { ...everything, strength: 0.3, inputs: [photo], pictures })).toEqual({
      prompt: 'A grey lake',
      negative_prompt: 'people',
      width: 1024,
      height: 768,
      seed: 42,
      num_inference_steps: 8,
      guidance_scale: 6.5,
      strength: 0.3,
      image_url: dataUrl,
      num_images: 2,
    });
  });

  test('of the hosted FLUX models', async () => {
    const size = { width: 1024, height: 1024 };
    const simple = { prompt: 'A grey lake', ...size, seed: 7, image_format: 'jpeg' };
    expect(await inputOf('runpod/flux-1-schnell')).toEqual(simple);
    expect(await inputOf('runpod/flux-1-dev', { ...everything, outputFormat: 'PNG' })).toEqual({
      prompt: 'A grey lake',
      negative_prompt: 'people',
      width: 1024,
      height: 768,
      num_inference_steps: 8,
      guidance: 6.5,
      seed: 42,
      image_format: 'png',
    });
  });

  test('of Kontext, which changes a picture', async () => {
    expect(await inputOf('runpod/flux-1-kontext-dev', { ...everything, inputs: [photo] })).toEqual({
      prompt: 'A grey lake',
      image: dataUrl,
      negative_prompt: 'people',
      size: '1024*768',
      num_inference_steps: 8,
      guidance: 6.5,
      seed: 42,
      output_format: 'png',
    });
  });

  test('of models that are told a size as text', async () => {
    const simple = { prompt: 'A grey lake', size: '1024*1024', seed: 7, output_format: 'png' };
    expect(await inputOf('runpod/z-image-turbo')).toEqual(simple);
    const webp = { outputFormat: 'WEBP', strength: 0.8, inputs: [photo] } as const;
    const full = { ...simple, image: dataUrl, strength: 0.8, output_format: 'webp' };
    expect(await inputOf('runpod/z-image-turbo', webp)).toEqual(full);
  });

  test('of Nano Banana, which puts pictures together', async () => {
    const wishes = { aspectRatio: '16:9', resolution: '2K', outputFormat: 'JPEG', inputs: [photo, photo] } as const;
    expect(await inputOf('runpod/nano-banana-2-edit', wishes)).toEqual({
      prompt: 'A grey lake',
      images: [dataUrl, dataUrl],
      aspect_ratio: '16:9',
      resolution: '2k',
      output_format: 'jpeg',
    });
  });

  test('of worker-comfyui, in the slots of a workflow', async () => {
    const prompt = 'A "grey" lake, {{seed}} $& $1';
    const input = await inputOf('runpod/workflow', { ...everything, prompt, inputs: [photo] });
    expect(input).toEqual({
      workflow: {
        3: { class_type: 'KSampler', inputs: { seed: 42, steps: 8, cfg: 6.5, model: ['4', 0] } },
        5: { class_type: 'EmptyLatentImage', inputs: { width: 1024, height: 768, batch_size: 1 } },
        6: { class_type: 'CLIPTextEncode', inputs: { text: `best quality, ${prompt}` } },
        7: { class_type: 'CLIPTextEncode', inputs: { text: 'people' } },
        10: { class_type: 'LoadImage', inputs: { image: 'input-1.png' } },
      },
      images: [{ name: 'input-1.png', image: dataUrl }],
    });
  });

  test('is refused where a workflow has a slot for what is not ordered', async () => {
    const provider = runpod.createProvider({ changes });
    const order = toOrder(findModel(provider, 'runpod/workflow'), everything);
    expect(await failureOf(provider.generate(order))).toMatchObject({
      code: 'INVALID_REQUEST',
      unstarted: true,
      message: 'The workflow has a slot {{image}}, for which nothing is ordered.',
    });
  });
});

describe('what a job is allowed', () => {
  test.each([
    [900_000, { executionTimeout: 900_000, ttl: 1_800_000 }],
    [2_000, { executionTimeout: 5_000, ttl: 10_000 }],
    [500_000_000, { executionTimeout: 500_000_000, ttl: 604_800_000 }],
  ])('follows from %d ms of patience', async (timeoutMilliseconds, policy) => {
    await Array.fromAsync(runpod.generate({}, runpod.createProvider({ timeoutMilliseconds })));
    expect(runpod.lastRun()).toEqual({ input: expect.anything(), policy });
  });

  test('follows from what the order leaves, where that is less', async () => {
    await Array.fromAsync(runpod.generate({ timeoutMilliseconds: 40_000 }));
    expect(runpod.lastRun()).toMatchObject({ policy: { executionTimeout: 40_000, ttl: 80_000 } });
  });

  test('is no more than 10 MB, which is said before anything is sent', async () => {
    const runs = runpod.asked('run').length;
    const inputs = [toInput(picture, { sizeBytes: 5_000_000 }), toInput(picture, { sizeBytes: 2_500_000 })];
    const failure = await failureOf(runpod.generate({ inputs }));
    expect(failure).toMatchObject({ code: 'INPUT_IMAGE_UNUSABLE', retryable: false, unstarted: true });
    expect(runpod.asked('run')).toHaveLength(runs);
  });
});
