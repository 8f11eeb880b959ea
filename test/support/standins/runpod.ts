import { blankPicture } from '../blank-provider.ts';
import { postWebhook } from './post-webhook.ts';
import { type JobInput, type JobState, type WorkerJob, workers } from './runpod-workers.ts';
import { type Answer, type ReceivedRequest, type Standin, sendJson, startStandin } from './standin.ts';

export interface RunpodStandin extends Standin {
  /** For `RUNPOD_API_URL`: an endpoint whose worker somebody wrote. `sdxl` and `comfyui` are its siblings. */
  readonly endpointUrl: string;
  /** The next job goes through these states, one a look, and stays in the last. */
  play(...states: readonly JobState[]): void;
  /** Takes a job to its last state and tells its webhook, if it has one. Answers the status that it gets. */
  end(jobId: string): Promise<number | undefined>;
  /** The states that jobs were left in, by id. */
  readonly jobs: ReadonlyMap<string, JobState>;
}

interface Job {
  readonly id: string;
  readonly webhook: string | undefined;
  readonly endpoint: string;
  /** The first is the one that it is in. */
  states: readonly JobState[];
}

interface Call {
  readonly endpoint: string;
  readonly operation: string;
  readonly jobId: string | undefined;
  readonly request: ReceivedRequest;
}

/** Jobs of api.runpod.ai: `/run`, `/status/{id}` and `/cancel/{id}`. No `/runsync`: nobody here should want it. */
export async function startRunpodStandin(options: { readonly port?: number } = {}): Promise<RunpodStandin> {
  const jobs = new Map<string, Job>();
  const scripts: (readonly JobState[])[] = [];
  let submissions = 0;
  const standin = await startStandin(answer, options);

  return {
    ...standin,
    [Symbol.asyncDispose]: () => standin[Symbol.asyncDispose](),
    endpointUrl: `${standin.url}/v2/classic`,
    play: (...states) => void scripts.push(states),
    async end(jobId) {
      const job = jobs.get(jobId);
      if (job === undefined) throw new Error(`There is no job ${jobId}.`);
      job.states = job.states.slice(-1);
      return tell(job);
    },
    get jobs() {
      return new Map([...jobs].map(([id, { states }]) => [id, states[0] ?? { status: 'COMPLETED' }]));
    },
  };

  async function answer(...[request, response]: Parameters<Answer>): Promise<void> {
    if (/^\/pictures\/[\w-]+\.png$/.test(request.path)) {
      const bytes = await blankPicture(64, 64);
      return void response.writeHead(200, { 'content-type': 'image/png' }).end(bytes);
    }
    const [, endpoint, operation, jobId] = /^\/v2\/([\w-]+)\/(\w+)(?:\/([\w-]+))?$/.exec(request.path) ?? [];
    if (!/^Bearer \S+$/.test(request.headers.authorization ?? '')) return sendJson(response, 401, {});
    if (endpoint === undefined || operation === undefined || !workers.has(endpoint)) return sendJson(response, 404, {});
    const { status, body } = await dispatch({ endpoint, operation, jobId, request });
    sendJson(response, status, body);
  }

  async function dispatch({ endpoint, operation, jobId, request }: Call) {
    const route = `${request.method} ${operation}`;
    if (route === 'POST run' && jobId === undefined) return run(endpoint, request.body.toString());
    const job = jobs.get(jobId ?? '');
    if (job === undefined || job.endpoint !== endpoint) return { status: 404, body: { error: 'job not found' } };
    if (route === 'GET status') return { status: 200, body: { id: job.id, ...look(job) } };
    if (route !== 'POST cancel') return { status: 404, body: {} };
    const [state] = job.states;
    if (!isEnded(state)) job.states = [{ ...toTimes(state), status: 'CANCELLED' }];
    return { status: 200, body: { id: jobId, status: 'CANCELLED' } };
  }

  async function run(endpoint: string, text: string) {
    submissions += 1;
    const id = `00000000-0000-4000-8000-${String(submissions).padStart(12, '0')}-u1`;
    const fault = findJobFault(text);
    if (fault !== undefined) return { status: 400, body: { error: fault } };
    const { input, webhook }: { input: JobInput; webhook?: string } = JSON.parse(text);
    const worker = workers.get(endpoint);
    const refused = worker?.findFault?.(input);
    if (refused !== undefined) return { status: 400, body: { id, status: 'FAILED', error: refused } };
    const job: WorkerJob = { input, pictureUrl: `${standin.url}/pictures/${id}.png` };
    const states = scripts.shift() ?? (await worker?.work(job)) ?? [];
    jobs.set(id, { id, endpoint, states, webhook });
    return { status: 200, body: { id, status: 'IN_QUEUE' } };
  }
}

/** The body is what a look answers. */
async function tell({ id, webhook, states: [state] }: Job): Promise<number | undefined> {
  return webhook === undefined ? undefined : postWebhook(webhook, JSON.stringify({ id, ...state }));
}

/** Answers the state that the job is in, and takes it to the next. */
function look(job: Job): JobState | undefined {
  const [state, ...later] = job.states;
  if (later.length > 0) job.states = later;
  return state;
}

/** What a cancelled job has taken by then. */
function toTimes({ delayTime, executionTime }: Partial<JobState> = {}) {
  return {
    ...(delayTime === undefined ? {} : { delayTime }),
    ...(executionTime === undefined ? {} : { executionTime }),
  };
}

function isEnded(state: JobState | undefined): boolean {
  return state !== undefined && ['COMPLETED', 'FAILED', 'CANCELLED', 'TIMED_OUT'].includes(state.status);
}

const jobKeys = ['input', 'webhook', 'policy', 's3Config'];
const week = 7 * 24 * 3_600_000;

/** What is wrong with the body of a `/run`. */
function findJobFault(text: string): string | undefined {
  if (text.length > 10_000_000) return 'payload too large';
  const job: Record<string, unknown> = JSON.parse(text);
  const unknown = Object.keys(job).find((key) => !jobKeys.includes(key));
  if (unknown !== undefined) return `unknown field ${unknown}`;
  if (typeof job.input !== 'object' || job.input === null) return 'input is required';
  const { executionTimeout = 600_000, ttl = 86_400_000 } = Object(job.policy);
  if (!isWithin(executionTimeout, 5_000)) return 'executionTimeout is 5 seconds to 7 days';
  return isWithin(ttl, 10_000) ? undefined : 'ttl is 10 seconds to 7 days';
}

function isWithin(milliseconds: unknown, min: number): boolean {
  return typeof milliseconds === 'number' && milliseconds >= min && milliseconds <= week;
}
