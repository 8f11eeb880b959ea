import { setTimeout as delay } from 'node:timers/promises';
import type { StandinGraph, StandinNode } from './comfyui-nodes.ts';

export interface StandinFile {
  readonly filename: string;
  readonly subfolder: string;
  readonly type: string;
}

/** What a test makes of the next job. */
export interface JobScript {
  /** Awaited after every step of every sampler: a job that is held here can still be interrupted. */
  readonly onStep?: (step: number) => Promise<void> | void;
  /** Told when the job is in the history. */
  readonly onEnd?: () => void;
  /** Thrown by the sampler after its last step. */
  readonly error?: { readonly exception_type: string; readonly exception_message: string };
  /** Nodes whose results are still there: they do not run. */
  readonly cached?: readonly string[];
  /** Instead of what its nodes save. */
  readonly files?: readonly StandinFile[];
}

export interface StandinJob {
  readonly number: number;
  readonly id: string;
  readonly graph: StandinGraph;
  readonly extraData: Readonly<Record<string, unknown>>;
  readonly script: JobScript;
  readonly interruption: PromiseWithResolvers<void>;
}

/** The world that a job runs in. */
export interface JobStage {
  readonly stepMilliseconds: number;
  /** Old servers know no `progress_state`. */
  readonly hasProgressState: boolean;
  /** To the client that submitted the job. */
  send(type: string, data: object): void;
  sendFrame(node: string): void;
  isForgotten(): boolean;
  /** Returns the name of the file. */
  save(prefix: string): string;
}

export interface JobOutcome {
  readonly status: 'success' | 'error';
  readonly outputs: Readonly<Record<string, { readonly images: readonly StandinFile[] }>>;
  readonly messages: readonly (readonly [string, object])[];
}

/** Runs one job as ComfyUI does, up to where its history is written. */
export async function runJob(job: StandinJob, stage: JobStage): Promise<JobOutcome> {
  const messages: [string, object][] = [];
  const outputs: Record<string, { readonly images: readonly StandinFile[] }> = {};
  const note = (type: string, data: object) => {
    const noted = { ...data, prompt_id: job.id, timestamp: Date.now() };
    messages.push([type, noted]);
    stage.send(type, noted);
  };
  note('execution_start', {});
  const cached = job.script.cached ?? [];
  note('execution_cached', { nodes: cached });
  for (const [id, node] of Object.entries(job.graph)) {
    const failure = cached.includes(id) ? undefined : await runNode(job, stage, id);
    if (failure !== undefined) {
      note(failure.type, { node_id: id, node_type: node.class_type, executed: [], ...failure.data });
      return { status: 'error', outputs, messages };
    }
    if (isOutput(node)) outputs[id] = { images: saveAll(job, stage, node) };
    if (isOutput(node) && !cached.includes(id))
      stage.send('executed', { node: id, output: outputs[id], prompt_id: job.id });
  }
  note('execution_success', {});
  return { status: 'success', outputs, messages };
}

function isOutput({ class_type }: StandinNode): boolean {
  return class_type === 'SaveImage' || class_type === 'PreviewImage';
}

function saveAll({ script, graph }: StandinJob, stage: JobStage, node: StandinNode): readonly StandinFile[] {
  if (script.files !== undefined) return script.files;
  const batch = Object.values(graph).find(({ inputs }) => inputs?.batch_size !== undefined)?.inputs?.batch_size;
  const type = node.class_type === 'SaveImage' ? 'output' : 'temp';
  const prefix = String(node.inputs?.filename_prefix ?? 'ComfyUI_temp');
  return Array.from({ length: Number(batch ?? 1) }, () => ({ filename: stage.save(prefix), subfolder: '', type }));
}

interface Failure {
  readonly type: 'execution_error' | 'execution_interrupted';
  readonly data: object;
}

async function runNode(job: StandinJob, stage: JobStage, id: string): Promise<Failure | undefined> {
  const { graph, script } = job;
  stage.send('executing', { node: id, display_node: id, prompt_id: job.id });
  tellState(job, stage, { node: id, value: 0, max: 1 });
  const steps = graph[id]?.class_type === 'KSampler' ? Number(graph[id].inputs?.steps) : 0;
  for (let step = 1; step <= steps; step += 1) {
    await delay(stage.stepMilliseconds);
    tellState(job, stage, { node: id, value: step, max: steps });
    stage.send('progress', { value: step, max: steps, prompt_id: job.id, node: id });
    stage.sendFrame(id);
    const interrupted = job.interruption.promise.then(() => true);
    const isInterrupted = await Promise.race([interrupted, Promise.resolve(script.onStep?.(step)).then(() => false)]);
    if (isInterrupted || stage.isForgotten()) return { type: 'execution_interrupted', data: {} };
  }
  if (steps === 0 || script.error === undefined) return undefined;
  return { type: 'execution_error', data: { ...script.error, traceback: ['  File "/opt/ComfyUI/execution.py"'] } };
}

function tellState(
  job: StandinJob,
  stage: JobStage,
  { node, value, max }: { readonly node: string; readonly value: number; readonly max: number },
): void {
  if (!stage.hasProgressState) return;
  const ids = { node_id: node, real_node_id: node, display_node_id: node, parent_node_id: null };
  const nodes = { [node]: { value, max, state: 'running', prompt_id: job.id, ...ids } };
  stage.send('progress_state', { prompt_id: job.id, nodes });
}
