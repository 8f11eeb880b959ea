import type { ServerResponse } from 'node:http';
import sharp from 'sharp';
import { z } from 'zod';
import { blankPicture } from '../blank-provider.ts';
import { inputsOf } from './fal-models.ts';
import { createFalSigner, type FalSigner } from './fal-webhooks.ts';
import { postWebhook } from './post-webhook.ts';
import { type ReceivedRequest, type Standin, sendJson, startStandin } from './standin.ts';

/** What comes of a request. */
export interface FalResult {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

export interface Play {
  /** At each look, one after the other. The last one stays. */
  readonly statuses: readonly object[];
  readonly result: FalResult;
}

export interface FalStandin extends Standin {
  /** The next request goes this way; what is left out goes the usual way. */
  play(play: Partial<Play>): void;
  /** Takes a request to its end and tells its webhook, if it has one. Answers the status that it gets. */
  end(id: string): Promise<number | undefined>;
  readonly signer: FalSigner;
}

/** fal's queue. A prompt with "nsfw" in it is refused. */
export async function startFalStandin(options: { readonly port?: number } = {}): Promise<FalStandin> {
  const signer = createFalSigner();
  const room: Room = { requests: new Map(), plays: [], signer };
  const standin = await startStandin((request, response) => answer(request, response, room), options);
  return {
    ...standin,
    signer,
    play: (play) => void room.plays.push(play),
    async end(id) {
      const running = room.requests.get(id);
      if (running === undefined) throw new Error(`There is no request ${id}.`);
      running.looks = running.statuses.length;
      const body = JSON.stringify({
        request_id: id,
        gateway_request_id: id,
        status: 'OK',
        payload: running.result.body,
      });
      return running.webhook === undefined ? undefined : postWebhook(running.webhook, body, signer.sign(body));
    },
  };
}

interface Room {
  readonly requests: Map<string, Running>;
  readonly plays: Partial<Play>[];
  readonly signer: FalSigner;
}

interface Running {
  statuses: Play['statuses'];
  result: FalResult;
  /** Without the part of the path that names an endpoint. */
  readonly app: string;
  readonly webhook: string | undefined;
  looks: number;
}

const followPath = /^\/(?<app>[\w-]+\/[\w.-]+)\/requests\/(?<id>[\w-]+)(?<part>\/status(?:\?logs=[01])?|\/cancel)?$/;
const filePath = /^\/files\/[\w-]+\/(?<width>\d+)x(?<height>\d+)-\d\.(?<format>jpeg|png)$/;

async function answer(request: ReceivedRequest, response: ServerResponse, room: Room): Promise<void> {
  const file = filePath.exec(request.path)?.groups;
  if (file !== undefined) return sendPicture(response, file);
  if (request.path === '/.well-known/jwks.json') return sendJson(response, 200, room.signer.keySet);
  const { status, body, headers } = reply(request, room);
  sendJson(response, status, body, headers);
}

async function sendPicture(response: ServerResponse, file: Record<string, string>): Promise<void> {
  const type = file.format === 'png' ? 'png' : 'jpeg';
  const picture = await blankPicture(Number(file.width), Number(file.height));
  response.writeHead(200, { 'content-type': `image/${type}` }).end(await sharp(picture).toFormat(type).toBuffer());
}

function reply(request: ReceivedRequest, room: Room): FalResult {
  const { method, path, headers } = request;
  if (!/^Key \S+$/.test(headers.authorization ?? '')) {
    return { status: 401, body: { detail: 'Authentication is required to access this application' } };
  }
  const { app, id = '', part = '' } = followPath.exec(path)?.groups ?? {};
  if (app === undefined) return submit(request, room);
  if (method !== (part === '/cancel' ? 'PUT' : 'GET')) return notAllowed;
  const running = room.requests.get(id);
  if (running?.app !== app) return toMissing(part);
  if (part === '/cancel') return cancel(running);
  return part === '' ? running.result : look(running);
}

const notAllowed = { status: 405, body: { detail: 'Method Not Allowed' } };

function toMissing(part: string): FalResult {
  return { status: 404, body: part === '/cancel' ? { status: 'NOT_FOUND' } : { detail: 'Request not found' } };
}

function look(running: Running): FalResult {
  const { statuses, looks } = running;
  const body = statuses[Math.min(looks, statuses.length - 1)] ?? {};
  running.looks += 1;
  return { status: isCompleted(body) ? 200 : 202, body };
}

function isCompleted(status: object | undefined): boolean {
  return status !== undefined && 'status' in status && status.status === 'COMPLETED';
}

function cancel(running: Running): FalResult {
  const { looks, statuses } = running;
  const shown = looks === 0 ? undefined : statuses[Math.min(looks, statuses.length) - 1];
  if (isCompleted(shown)) return { status: 400, body: { status: 'ALREADY_COMPLETED' } };
  running.looks = 0;
  const error = { error: 'Request was cancelled', error_type: 'client_cancelled' };
  running.statuses = [{ status: 'COMPLETED', logs: null, metrics: { inference_time: 0.4 }, ...error }];
  running.result = { status: 499, body: { detail: error.error, error_type: error.error_type } };
  return { status: 202, body: { status: 'CANCELLATION_REQUESTED' } };
}

function submit({ method, path, body, headers }: ReceivedRequest, room: Room): FalResult {
  const { pathname, searchParams } = new URL(path, 'http://localhost');
  const model = pathname.slice(1);
  const schema = inputsOf[model];
  if (schema === undefined) return { status: 404, body: { detail: `Application '${model}' not found` } };
  if (method !== 'POST') return notAllowed;
  const { success, data: input, error } = schema.safeParse(JSON.parse(`${body}`));
  if (!success) return { status: 422, body: { detail: error.issues.map(toDetail) } };
  const id = `00000000-0000-4000-8000-${String(room.requests.size + 1).padStart(12, '0')}`;
  const origin = `http://${headers.host}`;
  const app = model.split('/').slice(0, 2).join('/');
  const play = { ...createPlay(input, `${origin}/files/${id}`), ...room.plays.shift() };
  room.requests.set(id, { app, looks: 0, webhook: searchParams.get('fal_webhook') ?? undefined, ...play });
  const url = `${origin}/${app}/requests/${id}`;
  const urls = { response_url: url, status_url: `${url}/status`, cancel_url: `${url}/cancel` };
  return { status: 200, body: { status: 'IN_QUEUE', request_id: id, queue_position: 0, ...urls } };
}

function toDetail({ code, path, message }: z.core.$ZodIssue): object {
  return { loc: ['body', ...path], msg: message, type: code, url: `https://docs.fal.ai/errors/#${code}` };
}

export function toLogs(...messages: readonly string[]): readonly object[] {
  return messages.map((message) => ({ message, level: 'STDERR', source: 'USER', timestamp: '2026-11-21T08:00:00Z' }));
}

const readSize = z.object({ width: z.number(), height: z.number() }).catch({ width: 64, height: 64 });

function createPlay(input: Readonly<Record<string, unknown>>, folder: string): Play {
  const { prompt, seed = 328_395_684, image_size: size, output_format: format = 'jpeg', num_images: count = 1 } = input;
  const { width, height } = readSize.parse(size);
  const isRefused = /\bnsfw\b/i.test(String(prompt));
  const images = Array.from({ length: Number(count) }, (_, index) => ({
    url: `${folder}/${width}x${height}-${index}.${format}`,
    width,
    height,
    content_type: `image/${format}`,
  }));
  const body = { images, timings: { inference: 0.9 }, seed, has_nsfw_concepts: images.map(() => isRefused), prompt };
  return {
    statuses: [
      { status: 'IN_QUEUE', queue_position: 1 },
      { status: 'IN_PROGRESS', logs: null },
      { status: 'IN_PROGRESS', logs: toLogs(' 50%|█████     | 2/4 [00:00<00:00,  4.20it/s]') },
      { status: 'COMPLETED', logs: [], metrics: { inference_time: 0.9 } },
    ],
    result: { status: 200, body },
  };
}
