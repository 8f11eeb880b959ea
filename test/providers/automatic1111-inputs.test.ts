import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, failureOf, toInput } from '../support/orders.ts';
import { type Automatic1111Standin, startAutomatic1111Standin } from '../support/standins/automatic1111.ts';
import { bodiesOf, order } from './automatic1111-fixtures.ts';

let standin: Automatic1111Standin;
beforeAll(async () => {
  standin = await startAutomatic1111Standin();
});
afterAll(() => standin[Symbol.asyncDispose]());

const path = '/sdapi/v1/img2img';
const picture = await blankPicture(64, 64);
const inputs = [toInput(picture)];

/** Transparent on its left half, opaque on its right one. */
function halfMask(): Promise<Buffer> {
  const pixels = Buffer.from(
    Array.from({ length: 64 * 64 }, (_, index) => [9, 99, 200, index % 64 < 32 ? 0 : 255]).flat(),
  );
  return sharp(pixels, { raw: { width: 64, height: 64, channels: 4 } })
    .png()
    .toBuffer();
}

test('an input image makes it image to image, and comes along as it is', async () => {
  const events = await Array.fromAsync(order(standin, { inputs, strength: 0.4, steps: 10 }));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
  expect(bodiesOf(standin, path).at(-1)).toEqual({
    prompt: 'A grey lake',
    negative_prompt: '',
    seed: 7,
    steps: 10,
    width: 64,
    height: 64,
    batch_size: 1,
    n_iter: 1,
    override_settings: {},
    force_task_id: expect.any(String),
    init_images: [picture.toString('base64')],
    denoising_strength: 0.4,
    resize_mode: 1,
  });
});

test('without a strength the engine takes its own', async () => {
  await Array.fromAsync(order(standin, { inputs }));
  expect(bodiesOf(standin, path).at(-1)).not.toHaveProperty('denoising_strength');
});

test('a mask is white where the picture may change and black where it stays', async () => {
  await Array.fromAsync(order(standin, { inputs, mask: toInput(await halfMask()) }));
  const { mask, inpainting_fill, inpaint_full_res } = bodiesOf(standin, path).at(-1);
  expect({ inpainting_fill, inpaint_full_res }).toEqual({ inpainting_fill: 1, inpaint_full_res: false });
  const image = sharp(Buffer.from(mask, 'base64'));
  expect(await image.metadata()).toMatchObject({ format: 'png', width: 64, height: 64, hasAlpha: false });
  const data = await image.extractChannel(0).raw().toBuffer();
  expect([data[0], data[31], data[32], data[63]]).toEqual([255, 255, 0, 0]);
});

test('a mask without transparency lets nothing change', async () => {
  await Array.fromAsync(order(standin, { inputs, mask: toInput(picture) }));
  const { mask } = bodiesOf(standin, path).at(-1);
  const { channels } = await sharp(Buffer.from(mask, 'base64')).stats();
  expect(channels).toMatchObject([{ max: 0 }]);
});

test('an input image that the engine cannot read is said to be unusable', async () => {
  const failure = await failureOf(order(standin, { inputs: [toInput(picture.subarray(0, 40))] }));
  expect(failure).toMatchObject({ code: 'INPUT_IMAGE_UNUSABLE', retryable: false });
});

test('an input image that cannot be read calls nobody', async () => {
  const before = standin.received.length;
  const reason = new Error('The store is gone.');
  const input = { ...toInput(picture), read: () => Promise.reject(reason) };
  expect(await failureOf(order(standin, { inputs: [input] }))).toBe(reason);
  expect(standin.received.length).toBe(before);
});
