import type { ImageModel } from '../../domain/image-model.ts';
import type { OrderedPicture, PictureOrder, Provider, ProviderEvent } from '../provider.ts';
import type { PictureSize } from './canvas/frame.ts';
import { encodePicture, encodePreview } from './encode-pixels.ts';
import { paintOnThread } from './paint-on-thread.ts';
import { createPainterThreads, type PainterThreads } from './painter-threads.ts';
import type { PaintingTask, TaskInput } from './painting-task.ts';
import { styles } from './scene/vocabulary.ts';

export interface SketchOptions {
  /** How long every pass takes at least. Slows painting down for demonstrations. */
  readonly stepMilliseconds: number;
}

const usualSteps = 20;
const usualStrength = 0.5;

const side = { min: 64, max: 2048, default: 1024 } as const;

const landscape: ImageModel = {
  slug: 'sketch/landscape',
  name: 'Sketch landscape (built-in painter, no AI model)',
  provider: 'sketch',
  vendorModel: 'landscape',
  priceUsd: '0',
  settings: {},
  capabilities: {
    progressKind: 'STEPS',
    previews: true,
    cancellable: true,
    maxCount: 4,
    picturesPerCall: 4,
    negativePrompt: true,
    seed: { max: 4_294_967_295 },
    size: { kind: 'free', width: side, height: side, multipleOf: 1, area: null, maxRatio: null },
    steps: { min: 1, max: 100, default: usualSteps },
    guidanceScale: null,
    strength: { min: 0, max: 1, default: usualStrength },
    styles,
    styleIntensity: null,
    qualities: null,
    backgrounds: null,
    compression: null,
    outputFormats: ['PNG', 'WEBP', 'JPEG'],
    inputImages: { min: 0, max: 1 },
    mask: false,
  },
};

/** An offline painter that composes landscapes from words it knows. Whoever creates it disposes of it. */
export function createSketchProvider({ stepMilliseconds }: SketchOptions): Provider & AsyncDisposable {
  const threads = createPainterThreads();
  return {
    name: 'sketch',
    models: [landscape],
    offReason: null,
    repeatable: true,
    timeoutMilliseconds: 24 * 3600 * 1000,
    async *generate(order) {
      let nextPreviewAt = 0;
      const input = await readInput(order);
      for (const [index, picture] of order.pictures.entries()) {
        const painting = { order, input, index, picture, stepMilliseconds, nextPreviewAt };
        nextPreviewAt = yield* generatePicture(threads, painting);
      }
    },
    [Symbol.asyncDispose]: () => threads[Symbol.asyncDispose](),
  };
}

interface Painting {
  readonly order: PictureOrder;
  readonly input: TaskInput | null;
  readonly index: number;
  readonly picture: OrderedPicture;
  readonly stepMilliseconds: number;
  readonly nextPreviewAt: number;
}

/** Returns when the next preview may be sent. */
async function* generatePicture(
  threads: PainterThreads,
  { order, index, picture, ...rest }: Painting,
): AsyncGenerator<ProviderEvent, number, undefined> {
  const steps = order.steps ?? usualSteps;
  const totalSteps = steps * order.pictures.length;
  const seed = picture.seed ?? 0;
  let { nextPreviewAt } = rest;
  const thread = await threads.take(order.signal);
  try {
    for await (const news of paintOnThread(thread, toTask(order, { ...rest, steps, seed }), order.signal)) {
      if (news.type === 'pass') {
        const step = index * steps + news.step;
        yield { type: 'progress', step, totalSteps, fraction: step / totalSteps };
      } else if (news.type === 'look') {
        nextPreviewAt = news.nextPreviewAt;
        yield encodePreview(news.pixels);
      } else {
        const bytes = await encodePicture(news.pixels, order.outputFormat);
        order.signal.throwIfAborted();
        yield { type: 'picture', position: picture.position, bytes, seed };
      }
    }
  } finally {
    threads.giveBack(thread);
  }
  return nextPreviewAt;
}

function toTask(
  order: PictureOrder,
  rest: Pick<PaintingTask, 'steps' | 'seed' | 'stepMilliseconds' | 'nextPreviewAt' | 'input'>,
): PaintingTask {
  const { prompt, negativePrompt, style } = order;
  return { prompt, negativePrompt, style, ...sizeOf(order), ...rest };
}

async function readInput(order: PictureOrder): Promise<TaskInput | null> {
  const [input] = order.inputs;
  if (input === undefined) return null;
  const size = sizeOf(order);
  const bytes = await input.convert({ to: 'pixels', ...size }, order.signal);
  return { pixels: { ...size, bytes }, strength: order.strength ?? usualStrength };
}

function sizeOf({ width, height }: PictureOrder): PictureSize {
  return { width: width ?? side.default, height: height ?? side.default };
}
