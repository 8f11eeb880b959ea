// Paints 1024x1024 in 20 steps twice and tells what it took. Started by benchmarks/paint.ts, since processor time and
// memory are those of a whole process.
import sharp from 'sharp';
import { createSketchProvider } from '../src/providers/sketch/sketch-provider.ts';
import { toOrder } from '../test/support/orders.ts';

const side = 1024;
const prompt = 'A serene landscape with mountains at sunset';

process.on('disconnect', () => process.exit(0));
const provider = createSketchProvider({ stepMilliseconds: 0 });
const restBytes = process.memoryUsage.rss();
const [firstMilliseconds] = await spend(() => paint(1));
const [nextMilliseconds, picture] = await spend(() => paint(2));
const extraBytes = process.resourceUsage().maxRSS * 1024 - restBytes;
const pixels = await sharp(picture).raw().toBuffer();
const encode = () =>
  sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
const [encodeMilliseconds] = await spend(encode);
process.send?.({ firstMilliseconds, nextMilliseconds, extraBytes, encodeMilliseconds });

async function spend<Result>(work: () => Promise<Result>): Promise<readonly [number, Result]> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [(user + system) / 1000, result];
}

async function paint(seed: number): Promise<Uint8Array> {
  const [model] = provider.models;
  if (model === undefined) throw new Error('The painter has no model.');
  const order = toOrder(model, { prompt, width: side, height: side, steps: 20, pictures: [{ position: 0, seed }] });
  for await (const event of provider.generate(order)) {
    if (event.type === 'picture') return event.bytes;
  }
  throw new Error('The painter made no picture.');
}
