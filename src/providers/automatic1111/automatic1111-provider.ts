import type { ImageModel } from '../../domain/image-model.ts';
import { createSecret, type Secret } from '../../domain/secret.ts';
import type { Downloader } from '../../network/download.ts';
import type { HttpAnswer } from '../../network/send.ts';
import type { ModelDefinitions } from '../model-definition.ts';
import { readPicture } from '../picture-source.ts';
import type { PictureOrder, Provider, ProviderEvent } from '../provider.ts';
import type { VendorDependencies } from '../vendor.ts';
import { withinTime } from '../within-time.ts';
import { createEngine, vendor } from './engine.ts';
import { followTask, type Look } from './follow-task.ts';
import definitions from './models.json' with { type: 'json' };
import { openCall, type Studio } from './open-call.ts';
import { readReply } from './read-reply.ts';
import { createTally, type Tally } from './tally.ts';
import { toFailure } from './to-failure.ts';
import { readParameters, splitBySeed } from './to-request.ts';

export const automatic1111Models: ModelDefinitions = definitions;

export interface Automatic1111Settings {
  /** May hold `user:password@`, for an engine that runs with --api-auth. Undefined turns the provider off. */
  readonly baseUrl: Secret | undefined;
  readonly models: readonly ImageModel[];
  readonly timeoutMilliseconds?: number;
  /** How long to wait between two looks at the progress. */
  readonly pollMilliseconds?: number;
}

const usualUrl = 'http://127.0.0.1:7860';
/** Other calls may stand before ours in the engine's queue. */
const usualTimeoutMilliseconds = 30 * 60 * 1000;
/** As often as the web UI itself asks. */
const usualPollMilliseconds = 500;

/** AUTOMATIC1111, Forge, and whatever speaks their API. Throws where the URL or a model's settings cannot be read. */
export function createAutomatic1111Provider(
  { fetch, downloader }: VendorDependencies,
  { baseUrl, models, ...times }: Automatic1111Settings,
): Provider {
  const { timeoutMilliseconds = usualTimeoutMilliseconds, pollMilliseconds = usualPollMilliseconds } = times;
  const engine = createEngine(fetch, baseUrl ?? createSecret(usualUrl));
  const studio = { engine, downloader, openTasks: new Set<string>(), timeoutMilliseconds, pollMilliseconds };
  models.forEach(readParameters);
  return {
    name: 'automatic1111',
    models,
    offReason: baseUrl === undefined ? 'Set AUTOMATIC1111_URL.' : null,
    repeatable: true,
    timeoutMilliseconds,
    generate: (whole) =>
      withinTime({ vendor, timeoutMilliseconds }, whole, async function* (order) {
        const tally = createTally(order.pictures.length);
        for (const pictures of splitBySeed(order.pictures)) {
          yield* makePictures({ ...studio, tally }, { ...order, pictures });
        }
      }),
  };
}

interface Work extends Studio {
  readonly downloader: Downloader;
  readonly tally: Tally;
}

async function* makePictures(work: Work, order: PictureOrder): AsyncGenerator<ProviderEvent, void, undefined> {
  await using call = await openCall(work, order);
  const { taskId, isFirst, ended: signal } = call;
  for await (const look of followTask({ ...work, taskId, isFirst, signal })) yield* toNews(look, work.tally, order);
  const answer = await call.answer;
  // A call that was interrupted still answers 200, with the picture as far as it was.
  order.signal.throwIfAborted();
  yield* readPictures(work, order, answer);
  work.tally.add(order.pictures.length);
}

async function* toNews({ preview, ...look }: Look, tally: Tally, { pictures, shrinkFrame }: PictureOrder) {
  const progress = tally.count(look, pictures.length);
  if (progress !== undefined) yield progress;
  if (preview === null) return;
  const frame = await shrinkFrame(Buffer.from(preview.slice(preview.indexOf(',') + 1), 'base64'));
  if (frame !== undefined) yield { type: 'preview', ...frame } as const;
}

async function* readPictures({ engine, downloader }: Work, { pictures, signal }: PictureOrder, answer: HttpAnswer) {
  if (answer.status !== 200) throw toFailure(answer, engine.secrets);
  const made = readReply(answer, pictures.length);
  for (const [index, { source, seed }] of made.entries()) {
    const ordered = pictures[index];
    if (ordered === undefined) return;
    const bytes = await readPicture(downloader, { vendor, source, signal });
    yield { type: 'picture', position: ordered.position, bytes, seed: seed ?? ordered.seed } as const;
  }
}
