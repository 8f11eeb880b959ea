import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { eventsOf, failureOf, toInput } from '../support/orders.ts';
import { bodyOf, type GeminiStage, startGemini } from './gemini-fixtures.ts';

let stage: GeminiStage;

beforeAll(async () => {
  stage = await startGemini();
});
afterAll(() => stage[Symbol.asyncDispose]());

const wire = z.object({
  contents: z.tuple([
    z.object({
      parts: z.array(z.object({ inlineData: z.object({ mimeType: z.string(), data: z.string() }).optional() })),
    }),
  ]),
});

/** What the stand-in was last sent as pictures. */
function sentPictures() {
  const { contents } = wire.parse(bodyOf(stage.standin.received.at(-1)));
  return contents[0].parts.flatMap(({ inlineData }) => inlineData ?? []);
}

/** Noise, which no format makes small. */
function createNoise(side: number) {
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
  return sharp({ create: { width: side, height: side, channels: 3, background: '#808080', noise } });
}

test('fourteen pictures are sent as they are, in their order', async () => {
  const sides = Array.from({ length: 14 }, (_, index) => 16 + index);
  const pictures = await Promise.all(sides.map((side) => createNoise(side).webp().toBuffer()));
  const inputs = pictures.map((bytes) => toInput(bytes, { mediaType: 'image/webp' }));
  const events = await Array.fromAsync(stage.generate({ inputs }));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
  expect(sentPictures()).toEqual(pictures.map((bytes) => ({ mimeType: 'image/webp', data: bytes.toString('base64') })));
});

test('a picture beyond what Gemini takes is made smaller', async () => {
  const bytes = await createNoise(2100).png().toBuffer();
  expect(bytes.byteLength).toBeGreaterThan(7_000_000);
  await Array.fromAsync(stage.generate({ inputs: [toInput(bytes)] }));
  const [sent] = sentPictures();
  const data = Buffer.from(sent?.data ?? '', 'base64');
  expect(data.byteLength).toBeLessThanOrEqual(7_000_000);
  expect(await sharp(data).metadata()).toMatchObject({ format: 'webp', width: 2048, height: 2048 });
});

test('a picture that is still too large for its share is given fewer pixels', async () => {
  const bytes = await createNoise(2200).png().toBuffer();
  const small = await createNoise(16).png().toBuffer();
  await Array.fromAsync(stage.generate({ inputs: [bytes, small, small, small, small].map((one) => toInput(one)) }));
  const [large, untouched] = sentPictures();
  expect(await sharp(Buffer.from(large?.data ?? '', 'base64')).metadata()).toMatchObject({ width: 1024, height: 1024 });
  expect(untouched).toEqual({ mimeType: 'image/png', data: small.toString('base64') });
});

test('fourteen large pictures share what one request may carry', async () => {
  const bytes = await createNoise(800).png().toBuffer();
  expect(14 * bytes.byteLength).toBeGreaterThan(20 * 1024 * 1024);
  const events = await Array.fromAsync(stage.generate({ inputs: Array.from({ length: 14 }, () => toInput(bytes)) }));
  expect(eventsOf(events, 'picture')).toHaveLength(1);
  expect(sentPictures()).toHaveLength(14);
  expect(stage.standin.received.at(-1)?.body.byteLength).toBeLessThan(20 * 1024 * 1024);
});

test('an input that is still being read does not hold up a stop', async () => {
  const abort = new AbortController();
  const reason = new Error('Enough of it.');
  const { promise: reading, resolve } = Promise.withResolvers<void>();
  const read = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      resolve();
    });
  const input = { ...toInput(new Uint8Array()), read };
  const before = stage.standin.received.length;
  const failure = failureOf(stage.generate({ inputs: [input], signal: abort.signal }));
  await reading;
  abort.abort(reason);
  expect(await failure).toBe(reason);
  expect(stage.standin.received.length).toBe(before);
});
