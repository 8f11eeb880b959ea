import { type JobScript, type JobStage, runJob, type StandinJob } from './comfyui-jobs.ts';
import type { StandinGraph } from './comfyui-nodes.ts';
import type { ComfyuiSockets } from './comfyui-sockets.ts';

export interface ComfyuiQueue {
  running(): StandinJob | undefined;
  pending(): readonly StandinJob[];
  add(job: Pick<StandinJob, 'id' | 'graph' | 'extraData'>): StandinJob;
  remove(ids: readonly string[]): boolean;
  /** Whatever runs, or this one only. False where it does not run. */
  interrupt(id: string | undefined): boolean;
  forget(): void;
  findHistory(id: string): object | undefined;
  scriptNext(script: JobScript): void;
}

export interface QueueOptions extends Pick<JobStage, 'stepMilliseconds' | 'hasProgressState'> {
  readonly sockets: ComfyuiSockets;
  /** Gets the workflow of every file. */
  readonly saved: Map<string, StandinGraph>;
}

/** One job at a time, as ComfyUI's worker takes them; what is done is in the history and nowhere else. */
export function createQueue({ sockets, saved, ...stage }: QueueOptions): ComfyuiQueue {
  const scripts: JobScript[] = [];
  let history = new Map<string, object>();
  let pending: StandinJob[] = [];
  let running: StandinJob | undefined;
  let jobs = 0;

  async function work(): Promise<void> {
    while (running === undefined) {
      running = pending.shift();
      if (running === undefined) return;
      await run(running);
    }
  }

  async function run(job: StandinJob): Promise<void> {
    const clientId = String(job.extraData.client_id);
    const isForgotten = () => running !== job;
    const { status, outputs, messages } = await runJob(job, {
      ...stage,
      isForgotten,
      send: (type, data) => isForgotten() || sockets.send(clientId, type, data),
      sendFrame: (node_id) => sockets.sendFrame(clientId, { node_id, prompt_id: job.id }),
      save(prefix) {
        const filename = `${prefix}_${String(saved.size + 1).padStart(5, '0')}_.png`;
        saved.set(filename, job.graph);
        return filename;
      },
    });
    if (isForgotten()) return;
    running = undefined;
    const prompt = [job.number, job.id, job.graph, job.extraData, Object.keys(outputs)];
    const completed = status === 'success';
    history.set(job.id, { prompt, outputs, status: { status_str: status, completed, messages }, meta: {} });
    job.script.onEnd?.();
    sockets.send(clientId, 'executing', { node: null, prompt_id: job.id });
  }

  return {
    running: () => running,
    pending: () => pending,
    add(job) {
      jobs += 1;
      const script = scripts.shift() ?? {};
      const added = { ...job, number: jobs, script, interruption: Promise.withResolvers<void>() };
      pending.push(added);
      // After the answer to whoever submitted it.
      setImmediate(work);
      return added;
    },
    remove(ids) {
      const before = pending.length;
      pending = pending.filter(({ id }) => !ids.includes(id));
      return pending.length < before;
    },
    interrupt(id) {
      if (running === undefined || (id !== undefined && running.id !== id)) return false;
      running.interruption.resolve();
      return true;
    },
    forget() {
      history = new Map();
      pending = [];
      running?.interruption.resolve();
      running = undefined;
    },
    findHistory: (id) => history.get(id),
    scriptNext: (script) => void scripts.push(script),
  };
}
