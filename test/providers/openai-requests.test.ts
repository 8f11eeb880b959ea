import sharp from 'sharp';
import { afterEach, expect, test, vi } from 'vitest';
import { blankPicture } from '../support/blank-provider.ts';
import { eventsOf, failureOf, toInput } from '../support/orders.ts';
import { readForm } from '../support/standins/standin.ts';
import { bodyOf, openai, openStage, toPictures, unstreamed } from './openai-fixtures.ts';
import { secret } from './provider-contract.ts';

const slug = 'openai/gpt-image-2';

afterEach(() => vi.unstubAllEnvs());

test('a simple request says no more than it must', async () => {
  await using stage = await openStage(openai);
  await Array.fromAsync(stage.generate(slug));
  const [request, ...others] = stage.standin.received;
  expect(others).toEqual([]);
  expect(request).toMatchObject({ method: 'POST', path: '/v1/images/generations' });
  expect(request?.headers).toMatchObject({ authorization: `Bearer ${secret}`, 'content-type': 'application/json' });
  expect(bodyOf(request)).toEqual({
    model: 'gpt-image-2',
    prompt: 'A grey lake',
    n: 1,
    size: '1024x1024',
    output_format: 'png',
    stream: true,
    partial_images: 2,
  });
});

test('a full request carries every option, and none that OpenAI lacks', async () => {
  await using stage = await openStage(openai, { [slug]: { settings: { moderation: 'low', partialImages: 3 } } });
  const options = { quality: 'high', background: 'opaque', compression: 40, outputFormat: 'WEBP' } as const;
  const foreign = { negativePrompt: 'boats', steps: 30, guidanceScale: 7, strength: 0.5, style: 'ink' };
  const pictures = [{ position: 0, seed: 7 }];
  await Array.fromAsync(stage.generate(slug, { ...options, ...foreign, pictures, width: 1536, height: 864 }));
  expect(bodyOf(stage.standin.received[0])).toEqual({
    model: 'gpt-image-2',
    prompt: 'A grey lake',
    n: 1,
    size: '1536x864',
    quality: 'high',
    background: 'opaque',
    moderation: 'low',
    output_format: 'webp',
    output_compression: 40,
    stream: true,
    partial_images: 3,
  });
});

test('a PNG is asked for without compression, which OpenAI would refuse', async () => {
  await using stage = await openStage(openai);
  await Array.fromAsync(stage.generate(slug, { compression: 40 }));
  expect(bodyOf(stage.standin.received[0])).not.toHaveProperty('output_compression');
});

test('several pictures of one call are asked for at once, and not streamed', async () => {
  await using stage = await openStage(openai, { [slug]: { capabilities: { picturesPerCall: 3 } } });
  const events = await Array.fromAsync(stage.generate(slug, { pictures: toPictures(3) }));
  expect(bodyOf(stage.standin.received[0])).toMatchObject({ n: 3 });
  expect(bodyOf(stage.standin.received[0])).not.toHaveProperty('stream');
  expect(eventsOf(events, 'picture').map(({ position }) => position)).toEqual([0, 1, 2]);
});

test('one input is sent as a form with the field `image`', async () => {
  await using stage = await openStage(openai);
  const picture = await blankPicture(64, 64);
  await Array.fromAsync(stage.generate(slug, { inputs: [toInput(picture)] }));
  const [request] = stage.standin.received;
  expect(request?.path).toBe('/v1/images/edits');
  const form = request === undefined ? new FormData() : await readForm(request);
  const texts = Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'));
  expect(texts).toEqual({
    model: 'gpt-image-2',
    prompt: 'A grey lake',
    n: '1',
    size: '1024x1024',
    output_format: 'png',
    stream: 'true',
    partial_images: '2',
  });
  expect(form.getAll('image')).toMatchObject([{ name: 'image-1.png', type: 'image/png', size: picture.byteLength }]);
});

test('sixteen inputs and a mask are sent in their order', async () => {
  await using stage = await openStage(openai, unstreamed);
  const inputs = await Promise.all(
    Array.from({ length: 16 }, async (_, index) => {
      const picture = sharp(await blankPicture(64 + index, 64)).jpeg();
      return toInput(await picture.toBuffer(), { mediaType: 'image/jpeg', width: 64 + index });
    }),
  );
  const mask = toInput(
    await sharp(await blankPicture(64, 64))
      .ensureAlpha(0)
      .png()
      .toBuffer(),
  );
  const events = await Array.fromAsync(stage.generate(slug, { inputs, mask }));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
  const [request] = stage.standin.received;
  const form = request === undefined ? new FormData() : await readForm(request);
  const files = form.getAll('image[]').filter((value) => value instanceof File);
  expect(files.map(({ name, type }) => [name, type])).toEqual(
    inputs.map((_, index) => [`image-${index + 1}.jpeg`, 'image/jpeg']),
  );
  const widths = await Promise.all(files.map(async (file) => (await sharp(await file.bytes()).metadata()).width));
  expect(widths).toEqual(inputs.map(({ width }) => width));
  expect(form.getAll('mask')).toMatchObject([{ name: 'mask.png', type: 'image/png' }]);
});

test('a mask in another format becomes a PNG that keeps what is transparent', async () => {
  await using stage = await openStage(openai);
  const hole = { create: { width: 64, height: 64, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } } as const;
  const mask = toInput(await sharp(hole).webp({ lossless: true }).toBuffer(), { mediaType: 'image/webp' });
  await Array.fromAsync(stage.generate(slug, { inputs: [toInput(await blankPicture(64, 64))], mask }));
  const [request] = stage.standin.received;
  const sent = request === undefined ? null : (await readForm(request)).get('mask');
  if (!(sent instanceof Blob)) throw new Error('There is no mask.');
  const { format, hasAlpha } = await sharp(await sent.bytes()).metadata();
  expect({ format, hasAlpha }).toEqual({ format: 'png', hasAlpha: true });
  const { channels } = await sharp(await sent.bytes()).stats();
  expect(channels[3]).toMatchObject({ min: 0, max: 0 });
});

test('inputs are read once each, and one only when the one before is on its way', async () => {
  await using stage = await openStage(openai);
  const picture = await blankPicture(64, 64);
  const log: string[] = [];
  const watch = (name: string) =>
    toInput(picture, {
      read: async () => {
        log.push(`${name} begins`);
        await new Promise(setImmediate);
        log.push(`${name} is there`);
        return new Uint8Array(picture);
      },
    });
  await Array.fromAsync(stage.generate(slug, { inputs: [watch('first'), watch('second')] }));
  expect(log).toEqual(['first begins', 'first is there', 'second begins', 'second is there']);
});

test('an input that cannot be read fails as what it is, and not as the vendor', async () => {
  await using stage = await openStage(openai);
  const gone = new Error('The storage is gone.');
  const inputs = [toInput(await blankPicture(64, 64)), toInput(new Uint8Array(), { read: () => Promise.reject(gone) })];
  expect(await failureOf(stage.generate(slug, { inputs }))).toBe(gone);
});

test('nothing that the environment says to the SDK is sent', async () => {
  for (const name of ['OPENAI_ORG_ID', 'OPENAI_PROJECT_ID', 'OPENAI_ADMIN_KEY', 'OPENAI_API_KEY', 'OPENAI_BASE_URL']) {
    vi.stubEnv(name, 'http://from-the-environment.invalid');
  }
  await using stage = await openStage(openai);
  await Array.fromAsync(stage.generate(slug));
  expect(JSON.stringify(stage.standin.received[0]?.headers)).not.toContain('from-the-environment');
});
