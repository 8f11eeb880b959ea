import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { InputPicture } from '../../src/providers/provider.ts';
import { toInput } from '../support/orders.ts';
import { readForm } from '../support/standins/standin.ts';
import { openCloudflare } from './cloudflare-setup.ts';

const { generate, fail, lastRequest } = await openCloudflare();

async function draw(width: number, height: number, format: 'png' | 'jpeg' | 'webp' = 'png'): Promise<InputPicture> {
  const picture = sharp({ create: { width, height, channels: 3, background: '#406080' } });
  return toInput(await picture.toFormat(format).toBuffer(), { width, height, mediaType: `image/${format}` });
}

async function sentFiles(): Promise<readonly (readonly [string, File])[]> {
  const parts = [...(await readForm(lastRequest()))];
  return parts.flatMap(([name, value]) => (typeof value === 'string' ? [] : [[name, value] as const]));
}

async function sentFile(): Promise<Uint8Array> {
  const [first] = await sentFiles();
  return new Uint8Array((await first?.[1].arrayBuffer()) ?? []);
}

describe('input images of a multipart model', () => {
  test('are numbered files in their order, shrunk to what Cloudflare takes and not enlarged', async () => {
    const inputs = [await draw(1600, 800), await draw(300, 200, 'jpeg'), await draw(90, 1200), await draw(512, 512)];
    await generate('cloudflare/flux-2-klein-9b', { inputs });
    const files = await sentFiles();
    const told = files.map(async ([name, file]) => {
      const { format, width, height } = await sharp(await file.arrayBuffer()).metadata();
      return { name, fileName: file.name, type: file.type, format, width, height };
    });
    expect(await Promise.all(told)).toEqual([
      {
        name: 'input_image_0',
        fileName: 'input_image_0.png',
        type: 'image/png',
        format: 'png',
        width: 511,
        height: 256,
      },
      {
        name: 'input_image_1',
        fileName: 'input_image_1.jpeg',
        type: 'image/jpeg',
        format: 'jpeg',
        width: 300,
        height: 200,
      },
      {
        name: 'input_image_2',
        fileName: 'input_image_2.png',
        type: 'image/png',
        format: 'png',
        width: 38,
        height: 511,
      },
      {
        name: 'input_image_3',
        fileName: 'input_image_3.png',
        type: 'image/png',
        format: 'png',
        width: 511,
        height: 511,
      },
    ]);
  });

  test('are sent byte for byte where they fit', async () => {
    const input = await draw(40, 30);
    await generate('cloudflare/flux-2-dev', { inputs: [input] });
    const bytes = await input.read(new AbortController().signal);
    expect(bytes).toEqual(await sentFile());
  });

  test('become PNG where they are WebP, which no example of Cloudflare shows', async () => {
    await generate('cloudflare/flux-2-dev', { inputs: [await draw(40, 30, 'webp')] });
    expect(await sharp(await sentFile()).metadata()).toMatchObject({ format: 'png', width: 40, height: 30 });
  });

  test('that cannot be read are told apart from a fault of the vendor, and nothing is sent', async () => {
    const input = toInput(Buffer.from('not a picture'), { width: 2000, height: 2000 });
    const failure = await fail('cloudflare/flux-2-dev', { prompt: 'Never sent', inputs: [input] });
    expect(failure).toMatchObject({ code: 'INPUT_IMAGE_UNUSABLE', retryable: false });
    expect(lastRequest().body.toString()).not.toContain('Never sent');
  });

  test('are read with the signal of the call, so that a stop ends the reading too', async () => {
    const reason = new Error('Enough of it.');
    const abort = new AbortController();
    const read = (signal: AbortSignal) =>
      new Promise<Uint8Array<ArrayBuffer>>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        abort.abort(reason);
      });
    const inputs = [{ ...(await draw(40, 30)), read }];
    await expect(generate('cloudflare/flux-2-dev', { inputs, signal: abort.signal })).rejects.toBe(reason);
  });
});

interface SentInpainting {
  readonly image_b64: string;
  readonly mask: readonly number[];
}

/** Its left half may change. */
async function drawMask(width: number, height: number): Promise<InputPicture> {
  const pixels = Buffer.alloc(width * height * 4);
  for (let index = 0; index < width * height; index += 1) {
    pixels.writeUInt32BE(index % width < width / 2 ? 0xff_ff_ff_00 : 0xff_00_00_ff, index * 4);
  }
  const mask = sharp(pixels, { raw: { width, height, channels: 4 } });
  return toInput(await mask.png().toBuffer(), { width, height });
}

async function sendInpainting(mask: InputPicture): Promise<SentInpainting> {
  const inputs = [await draw(mask.width, mask.height)];
  await generate('cloudflare/stable-diffusion-v1-5-inpainting', { inputs, mask });
  return JSON.parse(lastRequest().body.toString());
}

/** One byte for each pixel, from 0 (black) to 255 (white). */
async function readGreys(file: readonly number[]) {
  const { data, info } = await sharp(Buffer.from(file)).greyscale().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, at: (x: number, y: number) => data[y * info.width + x] };
}

describe('a mask', () => {
  test('becomes white where the picture may change and black where it stays', async () => {
    const { mask } = await sendInpainting(await drawMask(64, 48));
    const greys = await readGreys(mask);
    expect({ width: greys.width, height: greys.height }).toEqual({ width: 64, height: 48 });
    expect([greys.at(0, 0), greys.at(31, 47), greys.at(32, 0), greys.at(63, 47)]).toEqual([255, 255, 0, 0]);
  });

  test('without transparency lets nothing change', async () => {
    const { mask } = await sendInpainting(await draw(32, 32));
    const greys = await readGreys(mask);
    expect([greys.at(0, 0), greys.at(31, 31)]).toEqual([0, 0]);
  });

  test('shrinks with its picture, so that both stay of one size', async () => {
    const { image_b64, mask } = await sendInpainting(await drawMask(3000, 1702));
    const image = await sharp(Buffer.from(image_b64, 'base64')).metadata();
    expect({ width: image.width, height: image.height }).toEqual({ width: 1024, height: 581 });
    expect(await readGreys(mask)).toMatchObject({ width: 1024, height: 581 });
  });

  test('is short, because Cloudflare loses a long one', async () => {
    const { mask } = await sendInpainting(await drawMask(1024, 1024));
    expect(mask.length).toBeLessThan(16_384);
  });

  test('that is missing where the model needs one is told in the words of the vendor', async () => {
    const failure = await fail('cloudflare/stable-diffusion-v1-5-inpainting', { inputs: [await draw(64, 64)] });
    expect(failure).toMatchObject({ code: 'INVALID_REQUEST', retryable: false });
    expect(failure.message).toContain('missing required input mask_image');
  });
});
