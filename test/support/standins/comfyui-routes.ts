import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { blankPicture } from '../blank-provider.ts';
import type { StandinJob } from './comfyui-jobs.ts';
import { refuseGraph, type StandinGraph } from './comfyui-nodes.ts';
import type { ComfyuiQueue } from './comfyui-queue.ts';
import { type ReceivedRequest, readForm, sendJson, sendText } from './standin.ts';

/** What the routes know. */
export interface ComfyuiOffice {
  readonly age: 'new' | 'old';
  readonly queue: ComfyuiQueue;
  /** By the names that loaders take. */
  readonly uploads: Map<string, File>;
  /** The workflows of the files that were saved, by their names. */
  readonly saved: ReadonlyMap<string, StandinGraph>;
}

type OfficeAnswer = (office: ComfyuiOffice, request: ReceivedRequest, response: ServerResponse) => Promise<void> | void;

const routes: readonly { readonly method: string; readonly path: RegExp; readonly answer: OfficeAnswer }[] = [
  { method: 'POST', path: /^\/prompt$/, answer: submit },
  { method: 'POST', path: /^\/upload\/image$/, answer: upload },
  { method: 'GET', path: /^\/history\/[^/]+$/, answer: tellHistory },
  { method: 'GET', path: /^\/queue$/, answer: tellQueue },
  { method: 'POST', path: /^\/queue$/, answer: changeQueue },
  { method: 'POST', path: /^\/interrupt$/, answer: interrupt },
  { method: 'POST', path: /^\/api\/jobs\/[^/]+\/cancel$/, answer: cancel },
  { method: 'GET', path: /^\/view\?/, answer: view },
];

/** As `server.py` of ComfyUI answers. */
export const answerAsComfyui: OfficeAnswer = (office, request, response) => {
  const route = routes.find(({ method, path }) => method === request.method && path.test(request.path));
  return (route?.answer ?? notFound)(office, request, response);
};

function notFound(_office: ComfyuiOffice, _request: ReceivedRequest, response: ServerResponse): void {
  sendText(response, 404, '404: Not Found');
}

function readBody({ body }: ReceivedRequest): Record<string, unknown> {
  return JSON.parse(body.toString());
}

const canonicalId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function submit({ age, queue, uploads }: ComfyuiOffice, request: ReceivedRequest, response: ServerResponse): void {
  const { prompt, prompt_id, client_id, extra_data } = readBody(request);
  const asked = age === 'new' ? prompt_id : undefined;
  if (asked !== undefined && !canonicalId.test(String(asked))) {
    const error = { type: 'invalid_prompt_id', message: 'prompt_id must be a valid UUID', details: '', extra_info: {} };
    sendJson(response, 400, { error, node_errors: {} });
    return;
  }
  const graph = prompt as StandinGraph;
  const refusal = refuseGraph(graph, new Set(uploads.keys()));
  if (refusal !== undefined) {
    sendJson(response, 400, refusal);
    return;
  }
  const extraData = { ...(extra_data as object), client_id, ...(age === 'new' ? { create_time: Date.now() } : {}) };
  const { id, number } = queue.add({ id: String(asked ?? randomUUID()), graph, extraData });
  sendJson(response, 200, { prompt_id: id, number, node_errors: {} });
}

async function upload({ uploads }: ComfyuiOffice, request: ReceivedRequest, response: ServerResponse): Promise<void> {
  const form = await readForm(request);
  const image = form.get('image');
  if (!(image instanceof File) || image.name === '') return void response.writeHead(400).end();
  const taken = uploads.has(image.name) && form.get('overwrite') !== 'true';
  const name = taken ? `${randomUUID()}-${image.name}` : image.name;
  const subfolder = String(form.get('subfolder') ?? '');
  uploads.set(subfolder === '' ? name : `${subfolder}/${name}`, image);
  sendJson(response, 200, { name, subfolder, type: form.get('type') ?? 'input' });
}

function tellHistory({ queue }: ComfyuiOffice, { path }: ReceivedRequest, response: ServerResponse): void {
  const id = path.slice('/history/'.length);
  const record = queue.findHistory(id);
  sendJson(response, 200, record === undefined ? {} : { [id]: record });
}

function tellQueue({ queue }: ComfyuiOffice, _request: ReceivedRequest, response: ServerResponse): void {
  const toEntry = ({ number, id, graph, extraData }: StandinJob) => [number, id, graph, extraData, []];
  const running = queue.running();
  sendJson(response, 200, {
    queue_running: running === undefined ? [] : [toEntry(running)],
    queue_pending: queue.pending().map(toEntry),
  });
}

function changeQueue({ queue }: ComfyuiOffice, request: ReceivedRequest, response: ServerResponse): void {
  queue.remove(readBody(request).delete as readonly string[]);
  response.writeHead(200).end();
}

function interrupt({ age, queue }: ComfyuiOffice, request: ReceivedRequest, response: ServerResponse): void {
  const { prompt_id } = readBody(request);
  queue.interrupt(age === 'old' || prompt_id === undefined ? undefined : String(prompt_id));
  response.writeHead(200).end();
}

function cancel(office: ComfyuiOffice, request: ReceivedRequest, response: ServerResponse): void {
  const { age, queue } = office;
  const id = request.path.split('/')[3] ?? '';
  if (age === 'old') notFound(office, request, response);
  else sendJson(response, 200, { cancelled: queue.interrupt(id) || queue.remove([id]) });
}

async function view({ saved }: ComfyuiOffice, { path }: ReceivedRequest, response: ServerResponse): Promise<void> {
  const { searchParams } = new URL(path, 'http://localhost');
  const graph = saved.get(searchParams.get('filename') ?? '');
  if (graph === undefined || searchParams.get('type') !== 'output') return void response.writeHead(404).end();
  const { width, height } = Object.values(graph).find(({ inputs }) => inputs?.width !== undefined)?.inputs ?? {};
  const picture = await blankPicture(Number(width ?? 64), Number(height ?? 64));
  response.writeHead(200, { 'content-type': 'image/png' }).end(picture);
}
