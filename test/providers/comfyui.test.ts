import sharp from 'sharp';
import { expect, test } from 'vitest';
import { eventsOf, failureOf, findModel } from '../support/orders.ts';
import { startComfyuiStandin } from '../support/standins/comfyui.ts';
import { createComfyui, inputsOf, order, pathsOf, postedPrompts, startStandinFor } from './comfyui-fixtures.ts';
import { describeProvider } from './provider-contract.ts';

describeProvider('comfyui', {
  startStandin: startComfyuiStandin,
  createProvider: createComfyui,
  findModel: (provider) => findModel(provider, 'comfyui/sd15'),
  submitPath: /^\/prompt$/,
  cancelPath: /\/cancel$/,
  hasKey: false,
});

test('a simple order is one workflow, one look at the history and one picture', async (context) => {
  const standin = await startStandinFor(context);
  await Array.fromAsync(order(standin, { prompt: 'A grey lake' }));
  expect(pathsOf(standin)).toEqual([
    'POST /prompt',
    'GET /history/{id}',
    'GET /view?filename=darkroom_00001_.png&subfolder=&type=output',
  ]);
  const id = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
  expect(postedPrompts(standin)).toEqual([
    {
      prompt_id: id,
      client_id: id,
      extra_data: { preview_method: 'auto' },
      prompt: {
        1: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'v1-5-pruned-emaonly.safetensors' } },
        2: { class_type: 'CLIPTextEncode', inputs: { text: 'A grey lake', clip: ['1', 1] } },
        3: { class_type: 'CLIPTextEncode', inputs: { text: '', clip: ['1', 1] } },
        4: { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512, batch_size: 1 } },
        5: {
          class_type: 'KSampler',
          inputs: {
            model: ['1', 0],
            positive: ['2', 0],
            negative: ['3', 0],
            latent_image: ['4', 0],
            seed: 7,
            steps: 20,
            cfg: 7,
            sampler_name: 'euler',
            scheduler: 'normal',
            denoise: 1,
          },
        },
        6: { class_type: 'VAEDecode', inputs: { samples: ['5', 0], vae: ['1', 2] } },
        7: { class_type: 'SaveImage', inputs: { images: ['6', 0], filename_prefix: 'darkroom' } },
      },
    },
  ]);
});

test('every option of an order is in its workflow', async (context) => {
  const standin = await startStandinFor(context);
  const pictures = [{ position: 2, seed: Number.MAX_SAFE_INTEGER }];
  const options = { width: 640, height: 384, steps: 3, guidanceScale: 4.5, negativePrompt: 'fog "and" {{seed}}' };
  await Array.fromAsync(order(standin, { ...options, pictures, prompt: 'a {{width}} lake' }));
  expect(inputsOf(standin, 'EmptyLatentImage')).toEqual({ width: 640, height: 384, batch_size: 1 });
  expect(inputsOf(standin, 'KSampler')).toMatchObject({ seed: Number.MAX_SAFE_INTEGER, steps: 3, cfg: 4.5 });
  const { prompt } = postedPrompts(standin)[0] ?? {};
  // What somebody writes is never taken for a slot.
  expect([prompt?.[2], prompt?.[3]].map((node) => node?.inputs.text)).toEqual([
    'a {{width}} lake',
    'fog "and" {{seed}}',
  ]);
});

test('flux is told its guidance beside the sampler', async (context) => {
  const standin = await startStandinFor(context);
  await Array.fromAsync(order(standin, { slug: 'comfyui/flux-dev', guidanceScale: 2.5 }));
  expect(inputsOf(standin, 'FluxGuidance')).toEqual({ conditioning: ['2', 0], guidance: 2.5 });
  expect(inputsOf(standin, 'KSampler')).toMatchObject({ cfg: 1, scheduler: 'simple', positive: ['4', 0] });
  expect(inputsOf(standin, 'EmptySD3LatentImage')).toEqual({ width: 1024, height: 1024, batch_size: 1 });
});

test('another checkpoint is a change of one line', async (context) => {
  const standin = await startStandinFor(context);
  const changes = { 'comfyui/sd15': { vendorModel: 'flux1-dev-fp8.safetensors' } };
  await Array.fromAsync(order(standin, { at: { changes } }));
  expect(inputsOf(standin, 'CheckpointLoaderSimple')).toEqual({ ckpt_name: 'flux1-dev-fp8.safetensors' });
});

test('the picture comes with its seed, after the id of its job and the times of the server', async (context) => {
  const standin = await startStandinFor(context);
  const events = await Array.fromAsync(order(standin, { pictures: [{ position: 1, seed: 11 }], width: 128 }));
  const [picture] = eventsOf(events, 'picture');
  expect(picture).toMatchObject({ position: 1, seed: 11 });
  expect(await sharp(picture?.bytes).metadata()).toMatchObject({ format: 'png', width: 128, height: 512 });
  const id = postedPrompts(standin)[0]?.prompt_id;
  expect(events[0]).toEqual({ type: 'accepted', providerRequestId: id });
  const [account] = eventsOf(events, 'account');
  expect(account?.delayMilliseconds).toBeGreaterThanOrEqual(0);
  expect(account?.executionMilliseconds).toBeGreaterThan(0);
});

test('a picture without an ordered seed gets one, and tells it', async (context) => {
  const standin = await startStandinFor(context);
  const events = await Array.fromAsync(order(standin, { pictures: [{ position: 0, seed: null }] }));
  const seed = inputsOf(standin, 'KSampler')?.seed;
  expect(seed).toEqual(expect.any(Number));
  expect(eventsOf(events, 'picture')[0]?.seed).toBe(seed);
});

const batches = { 'comfyui/sd15': { capabilities: { picturesPerCall: 4 } } };
const four = [3, 1, 0, 2].map((position) => ({ position, seed: 5 }));

test('pictures of a batch come in the order of their places, and none claims a seed of its own', async (context) => {
  const standin = await startStandinFor(context);
  const events = await Array.fromAsync(order(standin, { at: { changes: batches }, pictures: four }));
  const pictures = eventsOf(events, 'picture').map(({ position, seed }) => [position, seed]);
  expect(pictures).toEqual(four.map(({ position }) => [position, null]));
  expect(inputsOf(standin, 'EmptyLatentImage')).toMatchObject({ batch_size: 4 });
});

test('fewer pictures than ordered end early', async (context) => {
  const standin = await startStandinFor(context);
  const few = {
    ...batches,
    'comfyui/sd15': {
      ...batches['comfyui/sd15'],
      settings: { workflow: { 4: { inputs: { batch_size: 2 } }, 2: { inputs: { text: '{{prompt}} {{count}}' } } } },
    },
  };
  const events = await Array.fromAsync(order(standin, { at: { changes: few }, pictures: four }));
  expect(eventsOf(events, 'picture').map(({ position }) => position)).toEqual([3, 1]);
});

test('of more pictures than ordered the first are taken', async (context) => {
  const standin = await startStandinFor(context);
  const save = { class_type: 'SaveImage', inputs: { images: ['6', 0], filename_prefix: 'again' } };
  const changes = { 'comfyui/sd15': { settings: { workflow: { 8: save } } } };
  const events = await Array.fromAsync(order(standin, { at: { changes } }));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
  expect(pathsOf(standin).filter((path) => path.startsWith('GET /view'))).toEqual([
    'GET /view?filename=darkroom_00001_.png&subfolder=&type=output',
  ]);
});

test('a workflow that only shows its picture has made none', async (context) => {
  const standin = await startStandinFor(context);
  const changes = { 'comfyui/sd15': { settings: { workflow: { 7: { class_type: 'PreviewImage' } } } } };
  expect(await failureOf(order(standin, { at: { changes } }))).toMatchObject({
    code: 'PROVIDER_BAD_RESPONSE',
    retryable: false,
    message: 'ComfyUI kept no picture. Does the workflow end in a SaveImage node?',
  });
});

test('a proxy before it gets its headers, on every request and on the socket', async (context) => {
  const authorization = 'Bearer token-of-the-proxy';
  const standin = await startStandinFor(context, { authorization });
  const events = await Array.fromAsync(order(standin, { at: { headers: { authorization } } }));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
  expect(eventsOf(events, 'progress')).toHaveLength(20);
  expect(await failureOf(order(standin))).toMatchObject({ code: 'PROVIDER_MISCONFIGURED', unstarted: true });
});

test('without an address it is off and says what to set', () => {
  const { offReason, repeatable, models } = createComfyui({ url: '', baseUrl: undefined });
  expect({ offReason, repeatable }).toEqual({ offReason: 'Set COMFYUI_URL.', repeatable: true });
  expect(models.map(({ slug }) => slug)).toEqual([
    'comfyui/sd15',
    'comfyui/sd15-img2img',
    'comfyui/sd15-inpainting',
    'comfyui/flux-dev',
  ]);
});
