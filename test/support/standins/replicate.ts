import type { ServerResponse } from 'node:http';
import sharp from 'sharp';
import { z } from 'zod';
import { blankPicture } from '../blank-provider.ts';
import { postWebhook } from './post-webhook.ts';
import { findInputSchema, findInvalidFields, type InvalidField, versionedModel } from './replicate-models.ts';
import { replicateSecret, signAsReplicate } from './replicate-webhooks.ts';
import { type ReceivedRequest, type Standin, sendJson, startStandin } from './standin.ts';

/** What a prediction shows of itself. */
export interface PredictionState {
  readonly id: string;
  readonly model: string;
  readonly version: string;
  readonly status: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: unknown;
  readonly error: unknown;
  readonly logs: string | null;
  readonly metrics: unknown;
  readonly urls: Readonly<Record<string, string>>;
  readonly data_removed: boolean;
}

/** How a prediction stands when it is created, and at each look after that. The last one stays. */
export type Timeline = readonly Partial<PredictionState>[];

export interface ReplicateStandin extends Standin {
  /** The next prediction goes this way. */
  play(timeline: Timeline): void;
  /** Takes a prediction to its end and tells its webhook, if it has one. Answers the status that it gets. */
  end(id: string): Promise<number | undefined>;
}

/** Its base URL is the stand-in's with `/v1` behind it. A prompt with "nsfw" in it is refused. */
export async function startReplicateStandin(options: { readonly port?: number } = {}): Promise<ReplicateStandin> {
  const room: Room = { predictions: new Map(), plays: [] };
  const standin = await startStandin((request, response) => answer(request, response, room), options);
  return {
    ...standin,
    play: (timeline) => void room.plays.push(timeline),
    async end(id) {
      const running = room.predictions.get(id);
      if (running === undefined) throw new Error(`There is no prediction ${id}.`);
      running.looks = running.timeline.length;
      const body = JSON.stringify(toState(running));
      return running.webhook === undefined ? undefined : postWebhook(running.webhook, body, signAsReplicate(body));
    },
  };
}

interface Room {
  readonly predictions: Map<string, Running>;
  readonly plays: Timeline[];
}

interface Running {
  readonly webhook: string | undefined;
  readonly base: PredictionState;
  timeline: Timeline;
  looks: number;
}

async function answer(request: ReceivedRequest, response: ServerResponse, room: Room): Promise<void> {
  const format = /^\/files\/[\w-]+\/out-\d\.(webp|png|jpg)$/.exec(request.path)?.[1];
  if (format !== undefined) return sendPicture(response, format);
  const { status, body } = reply(request, room);
  sendJson(response, status, body);
}

async function sendPicture(response: ServerResponse, format: string): Promise<void> {
  const type = format === 'jpg' ? 'jpeg' : format === 'webp' ? 'webp' : 'png';
  const picture = await sharp(await blankPicture(64, 64))
    .toFormat(type)
    .toBuffer();
  response.writeHead(200, { 'content-type': `image/${type}` }).end(picture);
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const predictionPath = /^\/v1\/predictions\/([\w-]+)(\/cancel)?$/;

function reply(request: ReceivedRequest, room: Room): Reply {
  const { method, path, headers } = request;
  if (!/^Bearer \S+$/.test(headers.authorization ?? '')) {
    return toProblem(401, 'Unauthenticated', 'You did not pass a valid authentication token');
  }
  if (path === '/v1/webhooks/default/secret') return { status: 200, body: { key: replicateSecret } };
  const name = /^\/v1\/models\/([\w.-]+\/[\w.-]+)\/predictions$/.exec(path)?.[1];
  const creates = name !== undefined || path === '/v1/predictions';
  if (creates && method === 'POST') return create(request, { room, name });
  const [, id = '', cancel] = predictionPath.exec(path) ?? [];
  const running = room.predictions.get(id);
  if (running === undefined || method !== (cancel === undefined ? 'GET' : 'POST')) {
    return toProblem(404, 'Not found', 'The requested resource could not be found.');
  }
  if (cancel === undefined) running.looks += 1;
  else stop(running);
  return { status: 200, body: toState(running) };
}

/** Does nothing to one that has ended. */
function stop(running: Running): void {
  const { status, metrics } = toState(running);
  if (!ends.includes(status)) running.timeline = [{ status: 'canceled', metrics }];
}

const ends: readonly string[] = ['succeeded', 'failed', 'canceled', 'aborted'];

function toProblem(status: number, title: string, detail: string): Reply {
  return { status, body: { title, detail, status } };
}

function toState({ base, timeline, looks }: Running): PredictionState {
  return { ...base, ...timeline[Math.min(looks, timeline.length - 1)] };
}

const createSchema = z.strictObject({
  input: z.record(z.string(), z.unknown()),
  webhook: z.url().optional(),
  webhook_events_filter: z.array(z.enum(['start', 'output', 'logs', 'completed'])).optional(),
});
const createVersionSchema = createSchema.extend({ version: z.string() });

interface Creation {
  readonly room: Room;
  /** Undefined where the body names a version. */
  readonly name: string | undefined;
}

function create(request: ReceivedRequest, { room, name }: Creation): Reply {
  const parsed = (name === undefined ? createVersionSchema : createSchema).safeParse(JSON.parse(`${request.body}`));
  if (!parsed.success) return toProblem(422, 'Input validation failed', parsed.error.message);
  if ('version' in parsed.data && parsed.data.version !== versionedModel.version) {
    const detail = "The specified version does not exist (or perhaps you don't have permission to use it?)";
    return toProblem(422, 'Invalid version or not permitted', detail);
  }
  const model = name ?? versionedModel.name;
  const schema = findInputSchema(model);
  if (schema === undefined) return toProblem(404, 'Not found', 'The requested model could not be found.');
  if (!isDeadline(request)) return toProblem(422, 'Invalid deadline', 'Cancel-After must be 5 seconds at least.');
  const { input, webhook } = parsed.data;
  const fields = findInvalidFields(schema, input);
  if (fields.length > 0) return toInvalid(fields);
  const running = { ...start(request, room, { model, input }), webhook };
  room.predictions.set(running.base.id, running);
  return { status: 201, body: toState(running) };
}

function isDeadline({ headers }: ReceivedRequest): boolean {
  const told = headers['cancel-after'];
  if (told === undefined) return true;
  const seconds = /^(\d+)s?$/.exec(String(told))?.[1];
  return seconds !== undefined && Number(seconds) >= 5;
}

function toInvalid(fields: readonly InvalidField[]): Reply {
  const detail = fields.map(({ field, description }) => `- ${field}: ${description}\n`).join('');
  return { status: 422, body: { detail, status: 422, title: 'Input validation failed', invalid_fields: fields } };
}

function start(
  { headers }: ReceivedRequest,
  room: Room,
  told: Pick<PredictionState, 'model' | 'input'>,
): Omit<Running, 'webhook'> {
  const id = `standin${String(room.predictions.size + 1).padStart(19, '0')}`;
  const origin = `http://${headers.host}`;
  const get = `${origin}/v1/predictions/${id}`;
  const base = {
    ...told,
    id,
    version: 'dp-4d0bcc010b3049749a251855f12800be',
    status: 'starting',
    output: null,
    error: null,
    logs: '',
    metrics: {},
    urls: { get, cancel: `${get}/cancel`, stream: `${origin}/v1/streams/${id}` },
    data_removed: false,
  };
  return { base, timeline: room.plays.shift() ?? createTimeline(base, `${origin}/files/${id}`), looks: 0 };
}

function createTimeline({ model, input }: PredictionState, folder: string): Timeline {
  if (/\bnsfw\b/i.test(String(input.prompt))) {
    const error = 'NSFW content detected. Try running it again, or try a different prompt.';
    return [{}, { status: 'processing' }, { status: 'failed', error }];
  }
  const format = input.output_format ?? 'webp';
  const count = Number(input.num_outputs ?? 1);
  const urls = Array.from({ length: count }, (_, index) => `${folder}/out-${index}.${format}`);
  const logs = [0, 2, 4].map((step) => toLog(Number(input.seed ?? 36_941), step));
  return [
    {},
    { status: 'starting' },
    ...logs.map((log) => ({ status: 'processing', logs: log })),
    {
      status: 'succeeded',
      output: model.includes('kontext') ? urls[0] : urls,
      logs: logs.at(-1) ?? '',
      metrics: { predict_time: 1.25, total_time: 1.75 },
    },
  ];
}

/** As a model with four steps writes it. */
export function toLog(seed: number, steps: number): string {
  const bars = Array.from({ length: steps + 1 }, (_, step) => {
    const percent = String(step * 25).padStart(3);
    return `${percent}%|${'█'.repeat(step)}${' '.repeat(4 - step)}| ${step}/4 [00:00<00:01,  2.10it/s]`;
  });
  return [`Using seed: ${seed}`, ...bars].join('\n');
}
