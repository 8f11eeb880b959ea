import sharp from 'sharp';
import { expect, test } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, failureOf, toInput } from '../support/orders.ts';
import { startComfyuiStandin } from '../support/standins/comfyui.ts';
import { type Answer, faults, readForm, sendJson, sendText } from '../support/standins/standin.ts';
import { inputsOf, order, pathsOf } from './comfyui-fixtures.ts';

const slug = 'comfyui/sd15-img2img';
const photo = await sharp({ create: { width: 80, height: 60, channels: 3, background: '#3060a0' } })
  .jpeg()
  .toBuffer();
const input = toInput(photo, { mediaType: 'image/jpeg', width: 80, height: 60 });
const uploading = /^\/upload\/image$/;

test('an input image is uploaded under a name of its own, and loaded by it', async () => {
  await using standin = await startComfyuiStandin();
  const events = await Array.fromAsync(order(standin, { slug, inputs: [input], strength: 0.4 }));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
  const [request] = standin.received;
  expect(request?.path).toBe('/upload/image');
  const form = await readForm(request ?? expect.fail('Nothing was uploaded.'));
  expect([...form.keys()].toSorted()).toEqual(['image', 'overwrite', 'type']);
  expect([form.get('type'), form.get('overwrite')]).toEqual(['input', 'true']);
  const [[name, file] = ['', new File([], '')]] = [...standin.uploads];
  expect(name).toMatch(/^darkroom-[0-9a-f-]{36}\.jpeg$/);
  expect(file.type).toBe('image/jpeg');
  expect(Buffer.from(await file.arrayBuffer())).toEqual(photo);
  expect(inputsOf(standin, 'LoadImage')).toEqual({ image: name });
  expect(inputsOf(standin, 'KSampler')).toMatchObject({ denoise: 0.4 });
  expect(inputsOf(standin, 'ImageScale')).toMatchObject({ width: 512, height: 512, crop: 'center' });
});

test('two calls with one image upload it under two names', async () => {
  await using standin = await startComfyuiStandin();
  await Array.fromAsync(order(standin, { slug, inputs: [input] }));
  await Array.fromAsync(order(standin, { slug, inputs: [input] }));
  expect(standin.uploads.size).toBe(2);
});

test('several images fill their slots in their order', async () => {
  await using standin = await startComfyuiStandin();
  const second = { class_type: 'LoadImage', inputs: { image: '{{image2}}' } };
  const change = { capabilities: { inputImages: { min: 2, max: 2 } }, settings: { workflow: { 20: second } } };
  const other = toInput(await blankPicture(16, 16), { width: 16, height: 16 });
  await Array.fromAsync(order(standin, { slug, inputs: [input, other], at: { changes: { [slug]: change } } }));
  const [first, last] = [...standin.uploads.keys()];
  const { prompt } = JSON.parse(String(standin.received.find(({ path }) => path === '/prompt')?.body));
  expect([first, last]).toEqual([expect.stringMatching(/\.jpeg$/), expect.stringMatching(/\.png$/)]);
  expect([prompt[4].inputs.image, prompt[20].inputs.image]).toEqual([first, last]);
});

test('an image that the server puts into a folder is loaded from there', async () => {
  await using standin = await startComfyuiStandin();
  standin.interject(uploading, (_, response) => {
    standin.uploads.set('shared/photo (1).jpeg', new File([], ''));
    sendJson(response, 200, { name: 'photo (1).jpeg', subfolder: 'shared', type: 'input' });
  });
  await Array.fromAsync(order(standin, { slug, inputs: [input] }));
  expect(inputsOf(standin, 'LoadImage')).toEqual({ image: 'shared/photo (1).jpeg' });
});

const inpainting = 'comfyui/sd15-inpainting';

test('a mask is uploaded as it is: ComfyUI too changes what is transparent', async () => {
  await using standin = await startComfyuiStandin();
  const hole = await sharp({
    create: { width: 80, height: 60, channels: 4, background: { r: 1, g: 2, b: 3, alpha: 0.5 } },
  })
    .png()
    .toBuffer();
  const mask = toInput(hole, { width: 80, height: 60 });
  await Array.fromAsync(order(standin, { slug: inpainting, inputs: [input], mask }));
  const [, [name, file] = ['', new File([], '')]] = [...standin.uploads];
  expect(inputsOf(standin, 'LoadImageMask')).toEqual({ image: name, channel: 'alpha' });
  expect(Buffer.from(await file.arrayBuffer())).toEqual(hole);
});

test('where no mask is given all may change', async () => {
  await using standin = await startComfyuiStandin();
  await Array.fromAsync(order(standin, { slug: inpainting, inputs: [input] }));
  const file = [...standin.uploads.values()][1];
  const { data, info } = await sharp(await file?.arrayBuffer())
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 80, height: 60, channels: 4 });
  expect(data.every((value) => value === 0)).toBe(true);
});

test('inputs are read one after the other', async () => {
  await using standin = await startComfyuiStandin();
  const reads: number[] = [];
  const read = async () => {
    reads.push(standin.uploads.size);
    return new Uint8Array(photo);
  };
  await Array.fromAsync(order(standin, { slug: inpainting, inputs: [{ ...input, read }], mask: { ...input, read } }));
  expect(reads).toEqual([0, 1]);
});

test.each([
  ['too large', (_, response) => sendText(response, 413, 'too large'), 'INVALID_REQUEST'],
  ['not wanted', (_, response) => sendText(response, 400, ''), 'INVALID_REQUEST'],
  ['garbled on the way', faults.garbage, 'PROVIDER_BAD_RESPONSE'],
  ['cut off', faults.cut, 'PROVIDER_UNAVAILABLE'],
] as const satisfies [string, Answer, string][])(
  'an input that is %s ends the call before it begins',
  async (_, answer, code) => {
    await using standin = await startComfyuiStandin();
    standin.interject(uploading, answer);
    expect(await failureOf(order(standin, { slug, inputs: [input] }))).toMatchObject({ code });
    expect(pathsOf(standin)).toEqual(['POST /upload/image']);
  },
);

test('an input that cannot be read fails with its own reason', async () => {
  await using standin = await startComfyuiStandin();
  const reason = new Error('The blob is gone.');
  const read = () => Promise.reject(reason);
  expect(await failureOf(order(standin, { slug, inputs: [{ ...input, read }] }))).toBe(reason);
  expect(standin.received).toEqual([]);
});
