import type { ServerResponse } from 'node:http';
import { blankPicture } from '../blank-provider.ts';
import { createEngineRoom, type EngineRoom, type Work } from './automatic1111-engine-room.ts';
import { type GenerateBody, RefusedBody, readGenerateBody } from './automatic1111-request.ts';
import { type Answer, type ReceivedRequest, type Standin, sendJson, sendText, startStandin } from './standin.ts';

export interface Automatic1111StandinOptions {
  readonly port?: number;
  /** `user:password`, as of --api-auth. */
  readonly apiAuth?: string;
  /** Forge has no middleware that shapes errors. */
  readonly flavour?: 'automatic1111' | 'forge';
  /** False: started with --nowebui, which leaves the progress of single tasks out. */
  readonly webUi?: boolean;
  /** True: the server's option to return a grid of several pictures before them. */
  readonly returnsGrid?: boolean;
  readonly stepMilliseconds?: number;
}

export interface Automatic1111Standin extends Standin {
  /** What the engine has worked at, is working at, and will. */
  readonly room: EngineRoom;
}

interface Site {
  readonly options: Automatic1111StandinOptions;
  readonly room: EngineRoom;
}

type Route = (site: Site, request: ReceivedRequest, response: ServerResponse) => Promise<void> | void;

const routes: Readonly<Record<string, Route>> = {
  'POST /sdapi/v1/txt2img': (site, request, response) => generate(site, { request, response, takesImage: false }),
  'POST /sdapi/v1/img2img': (site, request, response) => generate(site, { request, response, takesImage: true }),
  'GET /sdapi/v1/progress': tellEngine,
  'POST /sdapi/v1/interrupt': ({ room }, _, response) => {
    room.interrupt();
    sendJson(response, 200, {});
  },
  'POST /internal/progress': tellTask,
};

/** Neither asks for a password in the real one. */
const openRoutes = ['GET /sdapi/v1/progress', 'POST /internal/progress'];

/** The API of AUTOMATIC1111 and Forge: one call after the other, progress by polling, interruption of whatever runs. */
export async function startAutomatic1111Standin(
  options: Automatic1111StandinOptions = {},
): Promise<Automatic1111Standin> {
  const room = createEngineRoom(options.stepMilliseconds ?? 2);
  const site = { options, room };
  const answer: Answer = async (request, response) => {
    const name = `${request.method} ${request.path.split('?')[0]}`;
    const route = name.includes('/internal/') && options.webUi === false ? undefined : routes[name];
    if (route === undefined) return sendJson(response, 404, { detail: 'Not Found' });
    if (!openRoutes.includes(name) && !isAllowed(site, request)) {
      response.setHeader('www-authenticate', 'Basic');
      return sendError(site, response, { status: 401, detail: 'Incorrect username or password' });
    }
    await route(site, request, response);
  };
  const standin = await startStandin(answer, options);
  return { ...standin, room, [Symbol.asyncDispose]: () => standin[Symbol.asyncDispose]() };
}

function isAllowed({ options: { apiAuth } }: Site, { headers }: ReceivedRequest): boolean {
  return apiAuth === undefined || headers.authorization === `Basic ${Buffer.from(apiAuth).toString('base64')}`;
}

interface GenerateCall {
  readonly request: ReceivedRequest;
  readonly response: ServerResponse;
  readonly takesImage: boolean;
}

async function generate(site: Site, { request, response, takesImage }: GenerateCall): Promise<void> {
  try {
    const body = await readGenerateBody(request, takesImage);
    const work = await site.room.work({ taskId: body.force_task_id ?? 'task(txt2img-A1B2C3D)', ...toSize(body) });
    sendJson(response, 200, await toReply(site, body, work));
  } catch (error) {
    if (!(error instanceof RefusedBody)) throw error;
    sendError(site, response, error);
  }
}

function toSize({ width, height, steps, n_iter, denoising_strength, init_images }: GenerateBody) {
  // Image to image makes only as many of the steps as the strength asks for.
  const sampled = init_images === undefined ? steps : Math.max(1, Math.floor(steps * (denoising_strength ?? 0.75)));
  return { width, height, steps: sampled, jobs: n_iter };
}

async function toReply({ options }: Site, body: GenerateBody, { interrupted, jobsDone }: Work) {
  const { width, height, n_iter, batch_size, prompt, negative_prompt, steps, cfg_scale } = body;
  const seed = body.seed === -1 ? 1_234_567 : body.seed;
  // What was interrupted comes along as far as it is, and nothing tells it apart.
  const count = interrupted ? Math.min(n_iter, jobsDone + 1) * batch_size : n_iter * batch_size;
  const picture = (await blankPicture(width, height)).toString('base64');
  const all_seeds = Array.from({ length: n_iter * batch_size }, (_, index) => seed + index);
  const hasGrid = options.returnsGrid === true && count > 1;
  const info = { prompt, all_prompts: all_seeds.map(() => prompt), negative_prompt, seed, all_seeds, subseed: 1 };
  const rest = { width, height, steps, cfg_scale, batch_size, index_of_first_image: hasGrid ? 1 : 0 };
  return {
    images: Array.from({ length: count + (hasGrid ? 1 : 0) }, () => picture),
    parameters: { ...body, init_images: null, mask: null },
    info: JSON.stringify({ ...info, ...rest, sd_model_name: 'v1-5-pruned-emaonly', job_timestamp: '20261121001500' }),
  };
}

async function tellTask({ room }: Site, { body }: ReceivedRequest, response: ServerResponse): Promise<void> {
  const { id_task, id_live_preview } = JSON.parse(body.toString());
  const { active, queued, completed } = room.look(id_task);
  const state = room.state();
  if (!active) {
    const textinfo = queued ? 'In queue: 1/1' : 'Waiting...';
    const idle = { progress: null, eta: null, live_preview: null, id_live_preview: -1, textinfo };
    return sendJson(response, 200, { active, queued, completed, ...idle });
  }
  const isNew = state.previewId !== id_live_preview && state.previewId > 0;
  const preview = isNew ? `data:image/png;base64,${(await blankPicture(64, 64)).toString('base64')}` : null;
  const progress = state.jobs > 0 ? (state.job + state.step / state.steps) / state.jobs : 0;
  const looks = { eta: 1.5, live_preview: preview, id_live_preview: isNew ? state.previewId : id_live_preview };
  sendJson(response, 200, { active, queued, completed, progress, ...looks, textinfo: null });
}

async function tellEngine({ room }: Site, { path }: ReceivedRequest, response: ServerResponse): Promise<void> {
  const { job, jobs, step, steps, previewId, interrupted } = room.state();
  const progress = jobs === 0 ? 0 : Math.min(1, 0.01 + (jobs > 0 ? (job + step / steps) / jobs : 0));
  const wantsImage = !path.includes('skip_current_image=true') && previewId > 0;
  const counts = { job_count: jobs, job_no: job, sampling_step: step, sampling_steps: steps };
  sendJson(response, 200, {
    progress,
    eta_relative: 0,
    state: { skipped: false, interrupted, job: jobs === 0 ? '' : 'scripts_txt2img', ...counts },
    current_image: wantsImage ? (await blankPicture(64, 64)).toString('base64') : null,
    textinfo: null,
  });
}

function sendError(
  { options }: Site,
  response: ServerResponse,
  { status, detail }: Pick<RefusedBody, 'status' | 'detail'>,
) {
  if (options.flavour !== 'forge' && typeof detail === 'string') {
    return sendJson(response, status, { error: 'HTTPException', detail, body: '', errors: '' });
  }
  if (status === 500 && detail === '') return sendText(response, 500, 'Internal Server Error');
  sendJson(response, status, { detail });
}
